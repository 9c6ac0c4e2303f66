import { measurePace } from "./measure-pace.ts";

export type JobLineOptions<Item, Job> = {
  /** How many jobs may run at once. */
  slots: number;
  /** How long an item waits for its turn before it is given up, and a claimed job before it is put back. */
  patienceMs: number;
  /** Answers the jobs of those items that are there to be run. Never rejects. */
  claim: (items: Item[]) => Promise<Job[]>;
  /** Runs a job; its slot is free when this resolves. Never rejects. */
  run: (job: Job) => Promise<void>;
  /** Takes items that waited in vain, of which anybody else might start so many together at once. */
  giveUp: (items: Item[], together: number) => void;
  /** Takes claimed jobs that waited in vain. */
  putBack: (jobs: Job[]) => void;
  /** There may be room again. */
  onRoom: () => void;
};

export type JobLine<Item> = {
  add(items: readonly Item[]): void;
  /** Whether what is added next, after `coming` others, will be started soon. */
  hasRoom(coming?: number): boolean;
  /** How many jobs run. */
  readonly used: number;
  /** Gives up what waits, now and from now on. */
  close(): void;
};

const maxGroup = 400;
/** How soon those are looked at again that are late but about to be started. */
const lookEveryMs = 20;

/**
 * The line in front of the slots of one kind. An item is claimed when a slot is free for it, and its job run. Where jobs are
 * so short that slots come free faster than claims are answered, the line works ahead: it lets in and claims what will have
 * a slot in the next moment, as far as the pace of the last one tells.
 */
export function createJobLine<Item, Job>(options: JobLineOptions<Item, Job>): JobLine<Item> {
  const { slots, patienceMs, claim, run, giveUp, putBack, onRoom } = options;
  const pace = measurePace(patienceMs);
  const waiting: { item: Item; until: number }[] = [];
  let claiming = 0;
  const claimed: { job: Job; until: number }[] = [];
  let running = 0;
  let lastCrowd = 1;
  /** How long claims take. */
  let claimMs = 0;
  let movingSoon = false;
  let closed = false;
  let timer: NodeJS.Timeout | undefined;

  /** How many jobs start, at the pace of the last moment, in the time of three claims: so long is an entry on its way. */
  const soon = () => (3 * pace.perPeriod() * claimMs) / patienceMs;
  /** Beyond the free slots so many may be claimed. */
  const ahead = () => Math.min(4 * slots, soon());
  const claimable = () => Math.floor(slots - running + ahead()) - claimed.length;

  /** Moves on at the end of the event loop's turn: what comes free in the same one is taken together. */
  function moveSoon(): void {
    if (movingSoon) return;
    movingSoon = true;
    setImmediate(() => {
      movingSoon = false;
      move();
    });
  }

  function move(): void {
    while (claimed.length > 0 && running < slots) void start(claimed.shift()!.job);
    // One claim at a time: what comes free meanwhile makes the next one larger.
    if (waiting.length > 0 && claiming === 0 && claimable() > 0) {
      const group = waiting.splice(0, Math.min(claimable(), maxGroup));
      void claimGroup(group.map(({ item }) => item));
    }
    watchClock();
    if (hasRoom()) onRoom();
  }

  async function claimGroup(items: Item[]): Promise<void> {
    const since = performance.now();
    claiming = items.length;
    const jobs = await claim(items);
    claiming = 0;
    const now = performance.now();
    claimMs += (now - since - claimMs) / 8;
    const until = now + patienceMs;
    for (const job of jobs) {
      if (running < slots && claimed.length === 0) void start(job);
      else claimed.push({ job, until });
    }
    moveSoon();
  }

  async function start(job: Job): Promise<void> {
    running += 1;
    await run(job);
    running -= 1;
    pace.count(1);
    moveSoon();
  }

  function watchClock(): void {
    const until = Math.min(waiting[0]?.until ?? Infinity, claimed[0]?.until ?? Infinity);
    if (until === Infinity || timer) return;
    const waitMs = Math.max(lookEveryMs, until - performance.now());
    // What ends in the same turn of the event loop comes first: a process that was held up lets go of nothing too soon.
    timer = setTimeout(() => setImmediate(dropLate), waitMs);
  }

  /** Lets go of what has waited for too long, but for as many as will be started in the next moment. */
  function dropLate(): void {
    timer = undefined;
    const lateClaimed = takeLate(claimed);
    if (lateClaimed.length > 0) putBack(lateClaimed.map(({ job }) => job));
    letGo(takeLate(waiting));
    move();
  }

  function takeLate<Waiting extends { until: number }>(line: Waiting[]): Waiting[] {
    const now = performance.now();
    const late = line.filter(({ until }) => until <= now).length;
    const kept = Math.min(late, Math.floor(pace.perPeriod()));
    return line.splice(kept, late - kept);
  }

  function letGo(late: readonly { item: Item }[]): void {
    if (late.length === 0) return;
    const items = late.map(({ item }) => item);
    giveUp(items, Math.max(1, Math.floor(pace.perPeriod() / 4)));
  }

  /** Room is where a slot is free that nothing waits for, or will be soon, if what comes then would not wait in vain. */
  function hasRoom(coming = 0): boolean {
    if (closed) return false;
    const line = waiting.length + coming * lastCrowd;
    if (line < slots - running - claiming - claimed.length) return true;
    return line < 2 * soon() && line + lastCrowd < 1.5 * pace.perPeriod();
  }

  return {
    add(items) {
      lastCrowd = items.length;
      const until = performance.now() + patienceMs;
      for (const item of items) waiting.push({ item, until });
      if (closed) letGo(waiting.splice(0));
      else move();
    },
    hasRoom,
    get used() {
      return running;
    },
    close() {
      closed = true;
      letGo(waiting.splice(0));
    },
  };
}
