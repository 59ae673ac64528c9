export type Releaser = () => Promise<void> | void;

/** Resources released once, last in first out; the first error is kept and thrown after all had their turn. */
export class Releasers implements AsyncDisposable {
  #pending: Releaser[] = [];
  #closing: Promise<void> | null = null;

  push(releaser: Releaser): void {
    this.#pending.push(releaser);
  }

  close(): Promise<void> {
    this.#closing ??= this.#run();
    return this.#closing;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #run(): Promise<void> {
    const errors: unknown[] = [];
    for (let next = this.#pending.pop(); next; next = this.#pending.pop()) {
      try {
        await next();
      } catch (error) {
        errors.push(error);
      }
    }
    if (errors.length > 0) throw errors[0];
  }
}
