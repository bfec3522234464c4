import { relayFor } from "../../e2e/harness/pages.mjs";
import { sizes } from "../../../scripts/size.mjs";

const NEEDS = "the relay, one TCP port";

/** A mode of blobcast. Its restarts come every two seconds. */
export const blobcast = (mode) => ({
  title: `blobcast, \`${mode}\``,
  needs: NEEDS,
  script: "blobcast",
  async serve(t) {
    const { wsUrl, pid } = await relayFor(t);
    return { where: { url: wsUrl, mode }, pid };
  },
  weigh: async () => (await sizes()).loads,
});
