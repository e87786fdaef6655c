/** Files that the browser keeps for this page, in IndexedDB: localStorage holds texts only. Each gallery of a host has a database of its own. */
import { nameOf } from '../parts/storage.ts';

const table = 'files';
const waitMs = 3000;

function opened(): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open(nameOf('files'), 1);
    // A browser that neither answers nor refuses, as some do in private windows.
    const timer = setTimeout(() => reject(new DOMException('no answer', 'TimeoutError')), waitMs);
    request.onupgradeneeded = () => request.result.createObjectStore(table);
    request.onsuccess = () => {
      clearTimeout(timer);
      resolve(request.result);
    };
    request.onerror = () => {
      clearTimeout(timer);
      reject(request.error);
    };
  });
}

async function inTable<T>(mode: IDBTransactionMode, work: (files: IDBObjectStore) => IDBRequest<T>): Promise<T> {
  const database = await opened();
  try {
    return await new Promise<T>((resolve, reject) => {
      const transaction = database.transaction(table, mode);
      const request = work(transaction.objectStore(table));
      // Only then it is on the disk: a full one is told when the transaction ends.
      transaction.oncomplete = () => resolve(request.result);
      transaction.onabort = () => reject(transaction.error ?? request.error);
    });
  } finally {
    database.close();
  }
}

/**
 * Keeps a file by a name, in the place of an earlier one; undefined: none.
 *
 * @throws DOMException: storage is refused or full; the earlier file may still be there
 */
export async function keepFile(name: string, file: Blob | undefined): Promise<void> {
  if (file) await inTable('readwrite', (files) => files.put(file, name));
  else await inTable('readwrite', (files) => files.delete(name));
}

/** @returns undefined: none is kept, or storage is refused */
export async function keptFile(name: string): Promise<Blob | undefined> {
  try {
    const found: unknown = await inTable('readonly', (files) => files.get(name));
    return found instanceof Blob ? found : undefined;
  } catch {
    return undefined;
  }
}
