import { randomBytes } from 'node:crypto';
import pg from 'pg';

/** An empty database on the server that `serverUrl` leads to. @returns its URL, with the same user. */
export async function createDatabase(serverUrl: string): Promise<string> {
  const name = `docs_${randomBytes(8).toString('hex')}`;
  const client = new pg.Client({ connectionString: serverUrl });
  await client.connect();
  await client.query(`create database ${name}`);
  await client.end();
  const url = new URL(serverUrl);
  url.pathname = name;
  return url.href;
}
