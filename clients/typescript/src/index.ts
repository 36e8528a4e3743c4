export { createClient } from "./client.js";
export type { Asked, BookOptions, Client, Settings } from "./client.js";
export type * from "./contract-types.js";
export { match, unhandled } from "./outcome.js";
export type * from "./outcome.js";
export { memoryStorage, nativeStorage, webStorage } from "./ports.js";
export type * from "./ports.js";
export { createSignIn } from "./sign-in.js";
export type { PageSignIn, SignInSettings } from "./sign-in.js";
