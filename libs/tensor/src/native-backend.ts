export { type NativeRegistration, registerNativeBackend } from './native/register-native-backend.ts';
