import type { PyDict } from '@itool/bfcl';
import type { Api, World } from '../api.ts';
import { inputOf, same, sameOutcome, sameRecord, strip } from '../checks.ts';
import { asDict, contains, dict, item, iterate, put, remove, text } from '../py-access.ts';
import { PyError, raise } from '../py-error.ts';

/** The user of a token: what the official token checker does for every API with a `token` parameter. */
export function userOf(world: World, token: string): string {
  const accounts = world.table('Account');
  for (const name of iterate(accounts)) {
    if (item(item(accounts, text(name)), 'token') === token) return text(name);
  }
  return raise('The token is invalid.');
}

/** The user whose token the call carries. */
export function caller(input: PyDict, world: World): string {
  return userOf(world, text(item(input, 'token')));
}

const TOKEN_LENGTH = 18;
const TOKEN_CHARACTERS = 'abcdefghijklmnopqrstuvwxyz0123456789';
const VERIFICATION_CODE = 970420n;

function account(world: World, name: string): PyDict {
  return asDict(item(world.writable('Account'), name));
}

function sendCode(input: PyDict, world: World): bigint {
  if (!contains(input, 'username') || !contains(input, 'email')) {
    raise('The username and email are required for the first call.');
  }
  const username = text(item(input, 'username'));
  if (!contains(world.table('Account'), username)) raise('The username does not exist.');
  if (item(account(world, username), 'email') !== item(input, 'email')) raise('The email is incorrect.');
  world.verification = { code: VERIFICATION_CODE, username };
  return VERIFICATION_CODE;
}

function resetPassword(input: PyDict, world: World): string {
  if (!world.verification) return raise("You need to call the API with status 'Forgot Password' at first.");
  if (!contains(input, 'new_password') || !contains(input, 'verification_code')) {
    raise('The new password and verification code are required for the second call.');
  }
  if (item(input, 'verification_code') !== world.verification.code) raise('The verification code is incorrect.');
  put(account(world, world.verification.username), 'password', item(input, 'new_password'));
  return 'success';
}

export const ACCOUNT_APIS: Readonly<Record<string, Api>> = {
  CheckToken: {
    unnamed: true,
    call: (input, world) => dict({ username: caller(input, world) }),
    check: sameRecord,
  },
  GetUserToken: {
    call: (input, world) => {
      const username = text(item(input, 'username'));
      if (!contains(world.table('Account'), username)) raise('The username does not exist.');
      const row = item(world.table('Account'), username);
      if (item(row, 'password') !== item(input, 'password')) raise('The password is incorrect.');
      return dict({ token: item(row, 'token') });
    },
    check: sameRecord,
  },
  RegisterUser: {
    unnamed: true,
    call: (input, world) => {
      const username = text(item(input, 'username'));
      if (contains(world.table('Account'), username)) raise('The username already exists.');
      const letters = Array.from({ length: TOKEN_LENGTH }, () => {
        return TOKEN_CHARACTERS[world.services.integer(TOKEN_CHARACTERS.length)]!;
      });
      const token = letters.join('');
      const row = dict({ password: item(input, 'password'), token, email: item(input, 'email') });
      put(world.writable('Account'), username, row);
      return dict({ token });
    },
    check: (response, target) => {
      if (item(target, 'output') === null && item(response, 'output') !== null) return false;
      return same(response, target, 'input') && same(response, target, 'exception');
    },
  },
  DeleteAccount: {
    unnamed: true,
    call: (input, world) => {
      remove(world.writable('Account'), caller(input, world));
      return dict({ status: 'success' });
    },
    check: sameRecord,
  },
  ModifyPassword: {
    call: (input, world) => {
      const row = account(world, caller(input, world));
      if (item(row, 'password') !== item(input, 'old_password')) raise('The old password is incorrect.');
      put(row, 'password', item(input, 'new_password'));
      return dict({ status: 'success' });
    },
    check: sameRecord,
  },
  ForgotPassword: {
    unnamed: true,
    optional: ['username', 'email', 'verification_code', 'new_password'],
    input: 'given',
    call: (input, world) => {
      const status = item(input, 'status');
      if (status === 'Forgot Password') return sendCode(input, world);
      if (status === 'Verification Code') return resetPassword(input, world);
      return raise("The status is only 'Forgot Password' or 'Verification Code'.");
    },
    check: sameRecord,
  },
  OpenBankAccount: {
    call: (input, world) => {
      const name = text(item(input, 'account'));
      if (world.bank_accounts.includes(name)) return 'failed';
      world.bank_accounts.push(name);
      return 'success';
    },
    check: sameRecord,
  },
  QueryBalance: {
    call: (input, world) => {
      let username: string;
      try {
        username = caller(input, world);
      } catch (error) {
        if (!(error instanceof PyError)) throw error;
        return raise('The token is incorrect.');
      }
      if (!contains(world.table('Bank'), username)) raise('The user does not have an account.');
      return item(item(world.table('Bank'), username), 'balance');
    },
    check: (response, target) =>
      strip(inputOf(response, 'token')) === strip(inputOf(target, 'token')) && sameOutcome(response, target),
  },
};
