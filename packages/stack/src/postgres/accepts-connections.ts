import { Client, DatabaseError } from "pg";

const invalidCatalogName = "3D000";

/** Whether the URL's database takes connections; creates it on a server that has it not yet. */
export async function acceptsConnections(url: string): Promise<boolean> {
  try {
    await query(url, "select 1");
    return true;
  } catch (error) {
    if (error instanceof DatabaseError && error.code === invalidCatalogName) await createDatabase(url);
    return false;
  }
}

async function createDatabase(url: string): Promise<void> {
  const maintenance = new URL(url);
  const name = maintenance.pathname.slice(1);
  maintenance.pathname = "/postgres";
  await query(maintenance.href, `create database "${name}"`);
}

async function query(url: string, text: string): Promise<void> {
  const client = new Client({ connectionString: url, connectionTimeoutMillis: 5_000 });
  try {
    await client.connect();
    await client.query(text);
  } finally {
    await client.end();
  }
}
