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
      // Else a connection whose request was being answered as we were told to stop would be kept open for its caller.
      server.server.keepAliveTimeout = 1;
      await server.close();
      await closeApp(app);
    },
  };
});
