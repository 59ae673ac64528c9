/** How much a column's sum counts against the cells given: 1 would be exact, 0 not at all. */
const TRUST = 0.85;

/**
 * Scales rows and columns of `cells` until they fit what is known of both. Rows are what sessions were measured to use
 * and end exact; columns are what statements are estimated to have used and are met as far as the cells, who could have
 * run what, agree: an estimate that no session can have caused gives way. This is iterative proportional fitting
 * (Deming and Stephan 1940) with columns relaxed as in unbalanced optimal transport (Chizat et al. 2018).
 */
export function balance(
  cells: readonly (readonly number[])[],
  rowTotals: readonly number[],
  columnTotals: readonly number[],
  rounds: number,
): number[][] {
  const scale = new Array<number>(columnTotals.length).fill(1);
  let factors = rowTotals.map((total, r) => ratio(total, dot(cells[r] ?? [], scale)));
  for (let round = 0; round < rounds; round += 1) {
    const sums = new Array<number>(columnTotals.length).fill(0);
    for (const [r, row] of cells.entries()) {
      const factor = factors[r] as number;
      for (let c = 0; c < sums.length; c += 1) sums[c] = (sums[c] as number) + (row[c] as number) * factor;
    }
    for (let c = 0; c < sums.length; c += 1)
      scale[c] = ratio(columnTotals[c] as number, sums[c] as number) ** TRUST;
    factors = rowTotals.map((total, r) => ratio(total, dot(cells[r] ?? [], scale)));
  }
  return cells.map((row, r) => row.map((cell, c) => cell * (scale[c] as number) * (factors[r] as number)));
}

function ratio(total: number, sum: number): number {
  return sum > 0 ? total / sum : 0;
}

function dot(a: readonly number[], b: readonly number[]): number {
  let sum = 0;
  for (let i = 0; i < b.length; i += 1) sum += (a[i] as number) * (b[i] as number);
  return sum;
}
