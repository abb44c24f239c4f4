/** What registering the native addon came to: its description, or why it cannot be used. */
export type NativeRegistration = { ok: true; isa: string; threads: number } | { ok: false; reason: string };

/** Registers the tfjs backend 'native' if the addon loads. */
export function registerNativeBackend(): NativeRegistration {
  return { ok: false, reason: 'the native addon is not part of this installation' };
}
