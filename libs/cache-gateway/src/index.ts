export { type Gateway, type GatewayCounts, type GatewayOptions, startGateway } from './gateway.ts';
export { type CacheSettings, readCacheSettings, settingsPath } from './settings.ts';
export { openEntry, type Statement, sealEntry } from './signed-entry.ts';
export { generateSigningKey, keyId, loadSigningKey, type PublicKey, type TrustedKeys } from './signing-keys.ts';
