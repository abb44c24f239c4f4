/** Whole-request templates: `{r}` is the request, which starts with a verb in lower case. */
export const OPENERS: readonly string[] = [
  '{r}.',
  'Please {r}.',
  'I want to {r}.',
  'I need to {r}.',
  'Can you {r}?',
  'Could you {r}?',
];

/** Between the clauses of a request with several calls. */
export const JOINERS: readonly string[] = [' and ', ', then ', ' and also '];

/** Starts a clause that repeats the tool of the clause before it. */
export const REPEATERS: readonly string[] = [' and another {phrases}', ', and one more {phrases}'];

/** Wording of a value that several calls have in common. */
export const SHARED_VALUE = ', all {phrase}';

/** The one refusal: fixed, so that irrelevance costs few tokens and is decided by what the tools are. */
export const REFUSAL = 'No tool fits this request.';

/** Question for a missing required parameter. */
export const CLARIFICATION = 'Please give the {parameter}.';

/** Added to descriptions when a row is to have a long tools text (measure b of the tiers). */
export const DESCRIPTION_PADDING: readonly string[] = [
  'The service answers within a few seconds and keeps a record of every request for thirty days.',
  'Results are sorted by relevance, and entries that are older than one year are not part of the answer.',
  'Calls that repeat an earlier call within ten minutes return the stored answer of the earlier call.',
  'The caller needs the permission of the account owner, which is checked before anything is changed.',
  'Amounts are given without tax, and any change of the currency is made on the day of the request.',
  'Names are compared without regard to accents, and unknown names lead to an empty answer.',
  'A confirmation is sent to the address of the account, unless the owner has turned confirmations off.',
  'Every change can be taken back within one hour, and the confirmation holds the code that is needed for it.',
  'Accounts of teams share one limit of calls per day, which is counted from midnight in the zone of the owner.',
  'Maintenance takes place on Sunday nights, when answers may be late but no request is lost.',
];
