import type { Pattern } from './patterns.js';

/** What a person can change about a pattern; never executed. Named are tables, no values. */
export function adviceOn({ kind, sides, classes }: Pattern): string {
  const [first = ''] = classes;
  if (kind === 'upgrade')
    return (
      `Each takes a shared lock on ${first} first (a foreign key's check, FOR SHARE, or a gap) and then wants it for itself: ` +
      `two at once stop each other. Lock the row of ${first} with SELECT … FOR UPDATE before the statement that takes the shared lock` +
      `${/gap/i.test(first) ? '' : ', or insert without looking first (INSERT … ON CONFLICT / ON DUPLICATE KEY)'}.`
    );
  if (kind === 'keys')
    return (
      `One transaction locks several rows of ${first} in no agreed order. Sort the keys before the first of these statements, ` +
      `lock all of them with one SELECT … FOR UPDATE … ORDER BY key, or use one statement for all; where they are found ` +
      `without an index, an index on the condition locks fewer rows.`
    );
  const order = [...new Set(classes)].sort();
  const against = sides.filter(({ held, wanted }) => held > wanted);
  return (
    `Agree on one order, for example ${order.join(', then ')}: ${against.map(({ held, wanted }) => `what takes ${held} before ${wanted}`).join(' and ')} ` +
    `is to be turned round, or is to take the row of ${order[0]} with SELECT … FOR UPDATE at its start.`
  );
}

/** What can still be done about a circle that stands. */
export function adviceOnCycle(victimId: string | null): string {
  const who = victimId === null ? 'one of them' : `session ${victimId}`;
  return `The server will end ${who} with an error; its application has to run the transaction again. Nothing is to be done by hand, unless another one is cheaper to end.`;
}
