import { sizes } from "../../../scripts/size.mjs";
import { relayFor } from "../../e2e/harness/pages.mjs";

/** A mode of blobcast. Its restarts come every two seconds. */
export const blobcast = (mode) => ({
  title: `blobcast, \`${mode}\``,
  script: "blobcast",
  async serve(t) {
    const { wsUrl, pid } = await relayFor(t);
    return { where: { url: wsUrl, mode }, pid };
  },
  weigh: async () => (await sizes()).loads,
});
