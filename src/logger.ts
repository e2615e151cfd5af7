import { type Logger, pino } from 'pino';

export type { Logger };

/**
 * One JSON line per event, ids only. The paths below are a second line of defence: nothing that names, reaches or
 * describes a person is ever handed to the logger (a journey test greps a whole run for every such value).
 */
export function createLogger(name: string, level: string): Logger {
  return pino({
    name,
    level,
    redact: {
      paths: [
        'req.headers',
        'req.url',
        'req.body',
        'body',
        'to',
        'phone',
        'email',
        'token',
        'text',
        'medication',
        'err.query',
        'err.parameters',
        'err.args',
      ],
      remove: true,
    },
  });
}
