import { dictGet, type PyValue, pyEqual } from '@itool/bfcl';
import { configured, type EnvironmentClass, method } from './environment.ts';
import { PyError } from './py-error.ts';
import {
  arithmetic,
  asDict,
  asList,
  asText,
  contains,
  dict,
  f,
  getItem,
  iterate,
  length,
  numberOf,
  setItem,
  truthy,
} from './py-operators.ts';

export type PostingState = {
  username: PyValue;
  password: PyValue;
  authenticated: PyValue;
  tweets: PyValue;
  comments: PyValue;
  retweets: PyValue;
  following_list: PyValue;
  tweet_counter: PyValue;
};

function unauthenticated(action: string): PyValue {
  return dict({ error: `User not authenticated. Please authenticate before ${action}.` });
}

function notFound(id: PyValue): PyValue {
  return dict({ error: f`Tweet with ID ${id} not found.` });
}

/** Python `int(key)` for the keys of a configuration. */
function tweetId(key: PyValue): bigint {
  const number = numberOf(key);
  if (number !== undefined) return BigInt(Math.trunc(Number(number)));
  if (typeof key === 'string' && /^\s*[+-]?\d+\s*$/.test(key)) return BigInt(key.trim());
  throw new PyError('ValueError', f`invalid literal for int() with base 10: '${key}'`);
}

function tweetsOf(state: PostingState): PyValue[] {
  return asDict(state.tweets, 'values').entries.map(([, tweet]) => tweet);
}

function byUser(state: PostingState, username: PyValue): PyValue[] {
  return tweetsOf(state).filter((tweet) => pyEqual(getItem(tweet, 'username'), username));
}

function retweet(state: PostingState, id: PyValue): PyValue {
  if (!truthy(state.authenticated)) return unauthenticated('retweeting');
  if (!contains(state.tweets, id)) return notFound(id);
  if (!contains(state.retweets, state.username)) setItem(state.retweets, state.username, []);
  const mine = getItem(state.retweets, state.username);
  if (contains(mine, id)) return dict({ retweet_status: 'Already retweeted' });
  asList(mine, 'append').push(id);
  return dict({ retweet_status: 'Successfully retweeted' });
}

function comment(state: PostingState, id: PyValue, content: PyValue): PyValue {
  if (!truthy(state.authenticated)) return unauthenticated('commenting');
  if (!contains(state.tweets, id)) return notFound(id);
  if (!contains(state.comments, id)) setItem(state.comments, id, []);
  asList(getItem(state.comments, id), 'append').push(dict({ username: state.username, content }));
  return dict({ comment_status: 'Comment added successfully' });
}

function post(state: PostingState, content: PyValue, tags: PyValue, mentions: PyValue): PyValue {
  if (!truthy(state.authenticated)) return unauthenticated('posting');
  const tweet = dict({ id: state.tweet_counter, username: state.username, content, tags, mentions });
  setItem(state.tweets, state.tweet_counter, tweet);
  state.tweet_counter = arithmetic('+', state.tweet_counter, 1n);
  return tweet;
}

function search(state: PostingState, keyword: PyValue): PyValue {
  return tweetsOf(state).filter((tweet) => {
    const wanted = asText(keyword, 'lower').toLowerCase();
    if (asText(getItem(tweet, 'content'), 'lower').toLowerCase().includes(wanted)) return true;
    return iterate(getItem(tweet, 'tags'))
      .map((tag) => asText(tag, 'lower').toLowerCase())
      .includes(wanted);
  });
}

/** Posts, comments and followers (specification 6.5). */
export const TwitterAPI: EnvironmentClass<PostingState> = {
  name: 'TwitterAPI',
  load: (config) => {
    const tweets = asDict(configured(config, 'tweets', dict({})), 'items');
    const numbered = dict({});
    for (const [key, tweet] of tweets.entries) setItem(numbered, tweetId(key), tweet);
    return {
      username: configured(config, 'username', 'john'),
      password: configured(config, 'password', 'john123'),
      authenticated: configured(config, 'authenticated', false),
      tweets: numbered,
      comments: configured(config, 'comments', dict({})),
      retweets: configured(config, 'retweets', dict({})),
      following_list: configured(config, 'following_list', ['alice', 'bob']),
      tweet_counter: configured(config, 'tweet_counter', 0n),
    };
  },
  attributes: (state) => Object.entries(state),
  methods: {
    authenticate_twitter: method(['username', 'password'], (state, [username, password]) => {
      const right = pyEqual(username!, state.username) && pyEqual(password!, state.password);
      if (right) state.authenticated = true;
      return dict({ authentication_status: right });
    }),
    posting_get_login_status: method([], (state) => dict({ login_status: truthy(state.authenticated) })),
    post_tweet: {
      // The defaults are one list each for all calls: what `mention` adds to a tweet shows up in later ones.
      parameters: [
        { name: 'content' },
        { name: 'tags', standard: (world) => world.tags },
        { name: 'mentions', standard: (world) => world.mentions },
      ],
      run: (state, [content, tags, mentions]) => post(state, content!, tags!, mentions!),
    },
    retweet: method(['tweet_id'], (state, [id]) => retweet(state, id!)),
    comment: method(['tweet_id', 'comment_content'], (state, [id, content]) => comment(state, id!, content!)),
    mention: method(['tweet_id', 'mentioned_usernames'], (state, [id, usernames]) => {
      if (!contains(state.tweets, id!)) return notFound(id!);
      const mentions = asList(getItem(getItem(state.tweets, id!), 'mentions'), 'extend');
      mentions.push(...iterate(usernames!));
      return dict({ mention_status: 'Users mentioned successfully' });
    }),
    follow_user: method(['username_to_follow'], (state, [username]) => {
      if (!truthy(state.authenticated)) return unauthenticated('following');
      if (contains(state.following_list, username!)) return dict({ follow_status: false });
      asList(state.following_list, 'append').push(username!);
      return dict({ follow_status: true });
    }),
    list_all_following: method([], (state) =>
      truthy(state.authenticated)
        ? dict({ following_list: state.following_list })
        : unauthenticated('listing following'),
    ),
    unfollow_user: method(['username_to_unfollow'], (state, [username]) => {
      if (!truthy(state.authenticated)) return unauthenticated('unfollowing');
      if (!contains(state.following_list, username!)) return dict({ unfollow_status: false });
      const list = asList(state.following_list, 'remove');
      list.splice(
        list.findIndex((other) => pyEqual(other, username!)),
        1,
      );
      return dict({ unfollow_status: true });
    }),
    get_tweet: method(['tweet_id'], (state, [id]) =>
      contains(state.tweets, id!) ? getItem(state.tweets, id!) : notFound(id!),
    ),
    get_user_tweets: method(['username'], (state, [username]) => byUser(state, username!)),
    search_tweets: method(['keyword'], (state, [keyword]) => search(state, keyword!)),
    get_tweet_comments: method(['tweet_id'], (state, [id]) => {
      if (!contains(state.tweets, id!)) return notFound(id!);
      return dictGet(asDict(state.comments, 'get'), id!) ?? [];
    }),
    get_user_stats: method(['username'], (state, [username]) => {
      const own = pyEqual(username!, state.username);
      const tweet_count = BigInt(byUser(state, username!).length);
      const following_count = own ? length(state.following_list) : 0n;
      const known = contains(state.retweets, username!) ? getItem(state.retweets, username!) : [];
      return dict({ tweet_count, following_count, retweet_count: length(known) });
    }),
  },
};
