// node:test runs `after` hooks in the order of their registration; what is started last must end first,
// or pages would report the loss of a relay that the test itself has just stopped.

const stacks = new WeakMap();

/** Runs `task` when the test is over, before those deferred earlier. */
export function defer(t, task) {
  if (!stacks.has(t)) {
    stacks.set(t, []);
    t.after(() => unwind(stacks.get(t)));
  }
  stacks.get(t).push(task);
}

/** Runs `task` with a scope that stands in for a test, for programs that are none: what it defers is done when the task is over. */
export async function scoped(task) {
  const ends = [];
  try {
    return await task({ after: (end) => ends.push(end) });
  } finally {
    for (const end of ends) await end();
  }
}

async function unwind(stack) {
  const errors = [];
  while (stack.length) await stack.pop()().catch((error) => errors.push(error));
  if (errors.length) throw errors.length === 1 ? errors[0] : new AggregateError(errors, errors.map(String).join("\n"));
}
