/** A terminal taken over and given back: alternate screen, no cursor, only changed lines are written, in one write. */
export class Screen {
  #shown: readonly string[] = [];

  constructor(private readonly out: NodeJS.WriteStream) {}

  get width(): number {
    return this.out.columns ?? 120;
  }

  get height(): number {
    return this.out.rows ?? 40;
  }

  open(): void {
    this.out.write('\u001b[?1049h\u001b[?25l\u001b[2J');
  }

  close(): void {
    this.out.write('\u001b[?25h\u001b[?1049l');
  }

  /** Forget what is shown, as after a resize. */
  clear(): void {
    this.#shown = [];
    this.out.write('\u001b[2J');
  }

  draw(lines: readonly string[]): void {
    let frame = '';
    for (let row = 0; row < Math.max(lines.length, this.#shown.length); row += 1) {
      const line = lines[row] ?? '';
      if (line !== this.#shown[row]) frame += `\u001b[${row + 1};1H${line}\u001b[0m\u001b[K`;
    }
    this.#shown = lines;
    // Synchronised update: terminals that do not know it ignore it.
    if (frame !== '') this.out.write(`\u001b[?2026h${frame}\u001b[?2026l`);
  }
}
