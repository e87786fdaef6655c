export { type LlmAnswer, LlmClient, type LlmOptions } from './client.ts';
export { type LlmRecord, LlmWriter, type WriterPlace, type Written, writerOf } from './writer.ts';
