import { parseArgs } from 'node:util';
import { MOST_FORECAST_HOURS, readForecast } from '../../dispatch/capacity.ts';
import { withCapacity } from './capacity.ts';
import { type Command, whole } from './command.ts';
import { forecastText } from './forecast-text.ts';

export const forecastCommand: Command = {
  summary: 'show load against capacity, per sender and hour ahead',
  help: `dosebell forecast [--hours N] [--json]
Shows for each sender and each hour ahead what it is to send if nobody answers (the first reminder of every dose, and
every further rung), what it can send, and how late the last message of the busiest minute would leave. Hours are UTC.
Environment: all settings of the services (docs/settings.md); it sends nothing.

  --hours N   the rest of this hour and N hours after it, 1 to ${MOST_FORECAST_HOURS}, default 24. Doses are planned 48 hours ahead:
              of what comes later nothing is known
  --json      one JSON object a line for each sender and hour:
              {"hour","channel","provider","sender","doses","messages":[by rung],"units","capacity",
               "busiest":{"minute","lateSeconds","usefulSeconds","ratio"},"verdict"}

verdict: "fits"; "late_if_unanswered" when only the further rungs are too many; "late" when the first reminders are.
Exit code: 0 when everything fits; 1 when some hour cannot keep its times; 2 when the command line is not understood.`,
  async run(args) {
    const { values } = parseArgs({
      args,
      options: { hours: { type: 'string', default: '24' }, json: { type: 'boolean', default: false } },
    });
    const hours = whole('--hours', values.hours, 1, MOST_FORECAST_HOURS);
    return withCapacity(async (app, capacity) => {
      const forecast = await readForecast(app, capacity, hours);
      if (values.json) for (const row of forecast.hours) console.log(JSON.stringify(row));
      else console.log(forecastText(forecast, hours));
      return forecast.overloads.length === 0 ? 0 : 1;
    });
  },
};
