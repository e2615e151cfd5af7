/**
 * Loaded before a process (`--import`): its machine's wall clock is wrong by SKEW_MS, in the process SKEW_OF only, and from
 * the signal SIGUSR2 on when SKEW_LATER is set.
 */
const { SKEW_MS = '0', SKEW_OF = '', SKEW_LATER } = process.env;

if (process.argv[1]?.endsWith(`/bin/${SKEW_OF}.ts`) || SKEW_OF === '') {
  const realNow = Date.now;
  let skew = SKEW_LATER === undefined ? Number(SKEW_MS) : 0;
  Date.now = () => realNow() + skew;
  globalThis.Date = new Proxy(Date, {
    construct: (target, given, self) => Reflect.construct(target, given.length === 0 ? [target.now()] : given, self),
  });
  process.on('SIGUSR2', () => {
    skew = Number(SKEW_MS);
  });
}
