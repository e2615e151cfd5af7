import { clinicPages } from '#dashboards/clinic/index.ts';
import { closeApp, openApp } from '../app.ts';
import { buildServer } from '../http/server.ts';
import { runProcess } from '../process.ts';

/** The HTTP API, the pages behind links and the clinic page. Needs PostgreSQL only: it stays up without Redis. */
await runProcess('api', async (config) => {
  const app = await openApp('api', config);
  const server = await buildServer(app);
  await clinicPages(server, app);
  const url = await server.listen({ host: config.http.host, port: config.http.port });
  return {
    url,
    async stop() {
      await server.close();
      await closeApp(app);
    },
  };
});
