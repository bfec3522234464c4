// What this browser remembers for the pages. Where it refuses, as it does without cookies, a page remembers for itself.

const here = new Map();

/** `undefined` where nothing is kept. */
export function kept(key) {
  try {
    return localStorage.getItem(`blobcast:${key}`) ?? undefined;
  } catch {
    return here.get(key);
  }
}

export function keep(key, value) {
  try {
    localStorage.setItem(`blobcast:${key}`, value);
  } catch {
    here.set(key, String(value));
  }
}
