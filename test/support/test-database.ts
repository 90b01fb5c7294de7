import { createConnection } from 'mongoose';

/** The MongoDB address that the environment names for the tests, if any. */
export function testMongoDb(): string | undefined {
  const address = process.env['RETALLY_TEST_READ_MODELS'];
  return address === undefined || address === '' || address === 'embedded' ? undefined : address;
}

let databases = 0;

/** A name that no other run uses: the server is shared. */
export function testDatabaseName(): string {
  databases += 1;
  return `retally-test-${process.pid}-${Date.now()}-${databases}`;
}

export async function dropTestDatabase(uri: string, database: string): Promise<void> {
  const connection = await createConnection(uri, { dbName: database }).asPromise();
  try {
    await connection.dropDatabase();
  } finally {
    await connection.close();
  }
}
