// A certificate for this machine, for tests and measurements: nobody else believes it.

import { execFile } from "node:child_process";
import { createHash, X509Certificate } from "node:crypto";
import { mkdtemp, readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

/** Makes one in a folder of its own, which the caller removes: `{ folder, cert, key }`, all of them paths. */
export async function makeCertificate() {
  const folder = await mkdtemp(join(tmpdir(), "blobcast-"));
  const [cert, key] = ["cert.pem", "key.pem"].map((name) => join(folder, name));
  const kind = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "7"];
  const names = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1", "-addext", "basicConstraints=critical,CA:FALSE"];
  await promisify(execFile)("openssl", ["req", "-x509", ...kind, ...names, "-keyout", key, "-out", cert]);
  return { folder, cert, key };
}

/** What Chromium knows a certificate's key by: its `--ignore-certificate-errors-spki-list`. */
export async function fingerprint(cert) {
  const { publicKey } = new X509Certificate(await readFile(cert));
  return createHash("sha256").update(publicKey.export({ type: "spki", format: "der" })).digest("base64");
}
