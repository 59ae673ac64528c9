/** A score that a rule gave, and what came of it. */
export interface Scored {
  readonly score: number;
  readonly happened: boolean;
}

/** With fewer outcomes than this the scores stand as they are. */
const LEAST = 40;
/** How many outcomes the rule's own score is worth beside what was observed near it. */
const PRIOR_WEIGHT = 5;

/**
 * Own outcomes turn scores into probabilities: isotonic regression (pool adjacent violators) over past outcomes, drawn
 * towards the score itself where there are few.
 */
export function calibrated(score: number, past: readonly Scored[]): number {
  if (past.length < LEAST) return score;
  const blocks: { score: number; sum: number; weight: number }[] = [];
  for (const each of [...past].sort((a, b) => a.score - b.score)) {
    blocks.push({ score: each.score, sum: each.happened ? 1 : 0, weight: 1 });
    for (;;) {
      const [before, last] = [blocks.at(-2), blocks.at(-1)];
      if (before === undefined || last === undefined || before.sum / before.weight < last.sum / last.weight)
        break;
      blocks.splice(-2, 2, {
        score: last.score,
        sum: before.sum + last.sum,
        weight: before.weight + last.weight,
      });
    }
  }
  const block = blocks.find((each) => each.score >= score) ?? blocks.at(-1);
  if (block === undefined) return score;
  return (block.sum + PRIOR_WEIGHT * score) / (block.weight + PRIOR_WEIGHT);
}
