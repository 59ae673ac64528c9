export { jsonFiles } from './json-files.js';
export { learntStore, NOTHING_LEARNT } from './learnt.js';
export { openStoreReader, type StoreReader } from './reader.js';
export { openStoreWriter, StoreWriter, type StoreWriterOptions } from './writer.js';
