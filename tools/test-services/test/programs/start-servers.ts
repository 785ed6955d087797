import { startPostgres, startRedis } from '../../src/index.js';

const servers = await Promise.all([startPostgres({ own: true }), startRedis({ own: true })]);
console.log(JSON.stringify(servers.map(({ port }) => port)));
// Lives until it is killed.
setInterval(() => {}, 60_000);
