import { readFileSync } from 'node:fs';
import type { Redis } from 'ioredis';

/** Runs a script on its one key. Throws what the client throws: at once when it fails fast and Redis is away. */
type Script = (key: string, ...args: (string | number)[]) => Promise<unknown>;

/**
 * scripts/`name`.lua, ready to run on this client. It is called by its SHA-1; a server that does not know it (new, flushed,
 * failed over) is sent the text.
 */
export function loadScript(redis: Redis, name: string): Script {
  const command = `script:${name}`; // no command of Redis or BullMQ has such a name
  const lua = readFileSync(new URL(`scripts/${name}.lua`, import.meta.url), 'utf8');
  redis.defineCommand(command, { numberOfKeys: 1, lua });
  const commands = redis as unknown as Record<string, Script>;
  return (key, ...args) => (commands[command] as Script).call(redis, key, ...args);
}
