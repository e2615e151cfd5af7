import Fastify from 'fastify';
import { Type } from 'typebox';
import { runProcess } from '#src/process.ts';
import { openPool } from '#src/store/pool.ts';

const schema = {
  params: Type.Object({ id: Type.String({ format: 'uuid' }) }),
  body: Type.Object({ answer: Type.Enum(['taken', 'skipped']) }),
  response: { 200: Type.Object({ id: Type.String(), state: Type.String() }) },
};
type Call = { Params: { id: string }; Body: { answer: string } };

/**
 * The least a service can do to record an answer: validate, one prepared single-row UPDATE, answer. No token, no history,
 * no log. The client pipelines the statements of all requests over as many connections as dosebell's pool has.
 */
await runProcess('bare-ack', async ({ databaseUrl }) => {
  const sql = openPool(databaseUrl);
  const server = Fastify();
  server.post<Call>('/v1/doses/:id/confirmations', { schema }, async ({ params, body }, reply) => {
    const [row] = await sql`
      UPDATE doses SET state = ${body.answer}, taken_at = now() WHERE id = ${params.id} RETURNING id, state`;
    return row ?? reply.code(404).send();
  });
  const url = await server.listen({ host: '127.0.0.1', port: 0 });
  return {
    url,
    async stop() {
      await server.close();
      await sql.end({ timeout: 5 });
    },
  };
});
