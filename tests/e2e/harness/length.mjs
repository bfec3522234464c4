// Of a test that takes long there are two forms: the short one in `npm test`, which fails where the code is broken, and the long one
// in `npm run test:long`, with more restarts, longer spans and every browser and mode, which has to pass before a release.

/** Whether this is the long form. */
export const isLong = process.env.TESTS === "long";

/** The number, or the list of variants, of this form. */
export const shortOrLong = (short, long) => (isLong ? long : short);
