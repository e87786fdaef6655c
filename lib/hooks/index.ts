export { HookBook, type HookEvent, type HookRecord, hookEvents } from './hook-book.ts';
export { type HookMessage, Hooks, type HooksOptions, inHook } from './hooks.ts';
export { type PostResult, postWebhook } from './post-webhook.ts';
export { newWebhookSecret, secretKey } from './signature.ts';
export { checkWebhookUrl, type Reach } from './webhook-address.ts';
