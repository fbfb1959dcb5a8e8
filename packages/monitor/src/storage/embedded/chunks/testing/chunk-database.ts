// A database file with the tables of the store, for tests.

import { Database } from '../../../sqlite/database.ts';
import { CREATE_TABLES } from '../../tables.ts';

export function openChunkDatabase(path: string): Database {
  return new Database(path, 'normal', Number.POSITIVE_INFINITY, CREATE_TABLES);
}
