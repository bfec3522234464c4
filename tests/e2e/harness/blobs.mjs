// What a page keeps as Blobs, as Buffers here.

/** So many bytes cross over at once. */
const AT_ONCE = 4 << 20;

/** `get` runs in the page and gives an array of Blobs. */
export async function blobsOf(page, get, ...args) {
  const handle = await page.evaluateHandle(get, ...args);
  const buffers = [];
  for (;;) {
    const { sizes, base64 } = await page.evaluate(nextInPage, handle, buffers.length, AT_ONCE);
    if (sizes.length === 0) return buffers;
    const bytes = Buffer.from(base64, "base64");
    let at = 0;
    for (const size of sizes) buffers.push(bytes.subarray(at, (at += size)));
  }
}

/** Runs in the page, so it stands alone. */
async function nextInPage(blobs, from, most) {
  const some = [];
  for (let size = 0; from + some.length < blobs.length && (size < most || !some.length); size += some.at(-1).size) {
    some.push(blobs[from + some.length]);
  }
  const url = new FileReader();
  url.readAsDataURL(new Blob(some));
  await new Promise((resolve) => (url.onload = resolve));
  return { sizes: some.map(({ size }) => size), base64: url.result.split(",")[1] ?? "" };
}
