/** Where something waits until a test lets it go on. */
class Gate {
  readonly waiting: (() => void)[] = [];
  isOpen = false;

  pass(): Promise<void> {
    return this.isOpen ? Promise.resolve() : new Promise((resolve) => this.waiting.push(resolve));
  }
  let(at: number): void {
    this.waiting.splice(at % Math.max(1, this.waiting.length), 1)[0]?.();
  }
  open(): void {
    this.isOpen = true;
    for (const go of this.waiting.splice(0)) go();
  }
}

/** One row, whose only value is how often it was written, and what stops on its way to it or back. */
export class World {
  version = 0;
  loads = 0;
  readonly beforeRead = new Gate();
  readonly afterRead = new Gate();
  readonly beforeCommit = new Gate();
  readonly afterCommit = new Gate();

  openReads(): void {
    this.beforeRead.open();
    this.afterRead.open();
  }

  async load(): Promise<string> {
    this.loads += 1;
    await this.beforeRead.pass();
    const read = String(this.version);
    await this.afterRead.pass();
    return read;
  }

  async write(): Promise<number> {
    await this.beforeCommit.pass();
    const committed = (this.version += 1);
    await this.afterCommit.pass();
    return committed;
  }
}
