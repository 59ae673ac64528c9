/**
 * Iterative proportional fitting (Deming and Stephan 1940): scales rows and columns in turn until the cells sum to what
 * is known of both. Rows are what sessions were measured to use, columns what statements are estimated to have used;
 * the cells given are who could have run what. Columns are scaled to the rows' total first, so that the sums agree.
 * Changes `cells` in place.
 */
export function balance(
  cells: readonly number[][],
  rowTotals: readonly number[],
  columnTotals: readonly number[],
  rounds: number,
): void {
  const width = columnTotals.length;
  for (let round = 0; round < rounds; round += 1) {
    const sums = new Array<number>(width).fill(0);
    for (const row of cells)
      for (let c = 0; c < width; c += 1) sums[c] = (sums[c] as number) + (row[c] as number);
    const factors = columnTotals.map((total, c) =>
      (sums[c] as number) > 0 ? total / (sums[c] as number) : 0,
    );
    for (const row of cells)
      for (let c = 0; c < width; c += 1) row[c] = (row[c] as number) * (factors[c] as number);
    for (const [r, row] of cells.entries()) {
      let sum = 0;
      for (const cell of row) sum += cell;
      const factor = sum > 0 ? (rowTotals[r] as number) / sum : 0;
      for (let c = 0; c < width; c += 1) row[c] = (row[c] as number) * factor;
    }
  }
}
