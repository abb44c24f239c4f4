import { join } from 'node:path';
import { dictGet, parsePyJson, toJson } from '@itool/bfcl';
import { loadDatabases } from './dialogues.ts';
import { checkResponse, judgeCall, type Outcome } from './judge-call.ts';
import { asDict } from './py-access.ts';

const databases = loadDatabases(join(__dirname, '..', 'testdata'));
const services = {
  dictionary: (keyword: string) => (keyword === 'oak' ? [{ kind: 'dict' as const, entries: [] }] : null),
  translate: (text: string, destination: string) => (text === 'tree' ? `arbre (${destination})` : null),
  searchTool: (keywords: string) => (keywords === 'nothing' ? null : 'GetToday'),
  integer: () => 3,
};

type Recorded = { input: unknown; output: unknown };

function judge(output: string, api_name: string, { input, output: recorded }: Recorded) {
  const result = asDict(parsePyJson(JSON.stringify({ api_name, input, output: recorded, exception: null })));
  return judgeCall(output, { api_name, result }, { databases, services });
}

/** API, recorded input and output, then pairs of the parameters that a model writes and the outcome. */
type Group = readonly [api: string, input: unknown, output: unknown, ...calls: (readonly [string, Outcome])[]];

const TOKEN = "token='tok-a'";
const AT = "time='2023-06-01 09:00:00'";
const agenda = { token: 'tok-a', content: 'water the plants today', time: '2023-06-01 09:00:00', location: 'home' };
const meeting = {
  token: 'tok-a',
  meeting_topic: 'spring plan talk',
  start_time: '2023-06-02 10:00:00',
  end_time: '2023-06-02 11:00:00',
  location: 'hall',
  attendees: ['Al'],
};
const MEETING = "start_time='2023-06-02 10:00:00', end_time='2023-06-02 11:00:00', location='hall', attendees=['Al']";
const stay = {
  hotel_name: 'Elm',
  check_in_time: '2023-07-10',
  check_out_time: '2023-07-12',
  room_count: 1,
  adult_count: 2,
  child_count: 0,
};
const STAY = "check_in_time='2023-07-10', check_out_time='2023-07-12', child_count='0'";

const GROUPS: readonly Group[] = [
  [
    'GetUserToken',
    { username: 'ada', password: 'p1' },
    { token: 'tok-a' },
    ["username='ada', password='p1'", 'CORRECT'],
    ["password='p1', username='ada'", 'CORRECT'],
    ["username='ADA', password='p1'", 'HAS_EXCEPTION'],
    ["username='ada', password='p2'", 'HAS_EXCEPTION'],
    ["username='ben', password='p2'", 'OUTPUT_MISMATCH'],
    ["username='ada'", 'MISS_INPUT_ARGUMENT'],
    ["username='ada', password='p1', extra='1'", 'INVALID_INPUT_PARAMETER'],
    ["username='ada', password='p1', self='1'", 'UNCAUGHT'],
    ["tool_name='x', username='ada', password='p1'", 'UNCAUGHT'],
  ],
  [
    'RegisterUser',
    { username: 'eve', password: 'x', email: 'e@f.org' },
    { token: 'other' },
    ["username='eve', password='x', email='e@f.org'", 'CORRECT'],
    ["username='eve', password='y', email='e@f.org'", 'OUTPUT_MISMATCH'],
    ["username='ada', password='x', email='e@f.org'", 'HAS_EXCEPTION'],
  ],
  [
    'DeleteAccount',
    { token: 'tok-b' },
    { status: 'success' },
    ["token='tok-b'", 'CORRECT'],
    ["token='no'", 'HAS_EXCEPTION'],
  ],
  [
    'ModifyPassword',
    { token: 'tok-a', old_password: 'p1', new_password: 'n' },
    { status: 'success' },
    [`${TOKEN}, old_password='p1', new_password='n'`, 'CORRECT'],
    [`${TOKEN}, old_password='p1', new_password='m'`, 'INPUT_MISMATCH'],
    [`${TOKEN}, old_password='p9', new_password='n'`, 'HAS_EXCEPTION'],
  ],
  [
    'ForgotPassword',
    { status: 'Forgot Password', username: 'ada', email: 'ada@f.org' },
    970420,
    ["status='Forgot Password', username='ada', email='ada@f.org'", 'CORRECT'],
    ["status='Forgot Password', username='ada'", 'HAS_EXCEPTION'],
    ["status='Verification Code', verification_code='970420', new_password='n'", 'HAS_EXCEPTION'],
    ["status='Verification Code', verification_code='x', new_password='n'", 'UNCAUGHT'],
    ["status='Else'", 'HAS_EXCEPTION'],
    ["username='ada', email='ada@f.org'", 'MISS_INPUT_ARGUMENT'],
  ],
  [
    'OpenBankAccount',
    { account: 'new', password: 'p', name: 'N' },
    'success',
    ["account='new', password='p', name='N'", 'CORRECT'],
    ["account='test', password='p', name='N'", 'OUTPUT_MISMATCH'],
  ],
  [
    'QueryBalance',
    { token: 'tok-a' },
    12.5,
    [TOKEN, 'CORRECT'],
    ["token='tok-b'", 'HAS_EXCEPTION'],
    ["token=' tok-a'", 'HAS_EXCEPTION'],
  ],
  [
    'AddAgenda',
    agenda,
    'success',
    [`${TOKEN}, content='water the plants today', ${AT}, location='home'`, 'CORRECT'],
    [`${TOKEN}, content='water the plants', ${AT}, location='home'`, 'CORRECT'],
    [`${TOKEN}, content='water plants', ${AT}, location='home'`, 'INPUT_MISMATCH'],
    [`${TOKEN}, content='Water The Plants today', ${AT}, location='home'`, 'INPUT_MISMATCH'],
    [`${TOKEN}, content='water the plants today', time='2023-06-01', location='home'`, 'HAS_EXCEPTION'],
    [`${TOKEN}, content='water the plants today', ${AT}, location='Home'`, 'INPUT_MISMATCH'],
    [`token='tok-b', content='water the plants today', ${AT}, location='home'`, 'CORRECT'],
    [`${TOKEN}, content=' ', ${AT}, location='home'`, 'HAS_EXCEPTION'],
  ],
  [
    'QueryAgenda',
    { ...agenda, content: 'mow the lawn' },
    { username: 'ada', content: 'mow the lawn', time: '2023-06-01 09:00:00', location: 'yard' },
    [`${TOKEN}, content='mow the lawn', ${AT}, location='home'`, 'CORRECT'],
    [`${TOKEN}, content='mow the big lawn', ${AT}, location='home'`, 'CORRECT'],
    [`token='tok-b', content='mow the lawn', ${AT}, location='home'`, 'HAS_EXCEPTION'],
  ],
  [
    'DeleteAgenda',
    { ...agenda, content: 'mow the lawn' },
    'success',
    [`${TOKEN}, content='anything', ${AT}, location='x'`, 'CORRECT'],
    [`${TOKEN}, content='mow the lawn', time='2023-06-09 09:00:00', location='x'`, 'INPUT_MISMATCH'],
  ],
  [
    'AddAlarm',
    { token: 'tok-a', time: '2023-06-03 07:00:00' },
    'success',
    [`${TOKEN}, time='2023-06-03 07:00:00'`, 'CORRECT'],
    [`${TOKEN}, time='2023-6-3 07:00:00'`, 'INPUT_MISMATCH'],
    [`${TOKEN}, time='2023-06-31 07:00:00'`, 'HAS_EXCEPTION'],
  ],
  [
    'AddMeeting',
    { ...meeting, attendees: "['Al']" },
    'success',
    [`${TOKEN}, meeting_topic='spring plan talk', ${MEETING}`, 'CORRECT'],
    [`${TOKEN}, meeting_topic='spring plan', ${MEETING}`, 'CORRECT'],
    [`${TOKEN}, meeting_topic='autumn', ${MEETING}`, 'OTHER_FALSE'],
  ],
  ['AddMeeting', meeting, 'success', [`${TOKEN}, meeting_topic='spring plan talk', ${MEETING}`, 'INPUT_MISMATCH']],
  ['DeleteMeeting', meeting, 'success', [`${TOKEN}, meeting_topic='old talk', ${MEETING}`, 'KEY_ERROR']],
  [
    'AddReminder',
    { token: 'tok-a', content: 'Feed Cat', time: '2023-06-01 09:00:00' },
    'success',
    [`${TOKEN}, content='feed cat', ${AT}`, 'CORRECT'],
    [`${TOKEN}, content='feed', ${AT}`, 'INPUT_MISMATCH'],
  ],
  [
    'BookHotel',
    stay,
    '2',
    [`hotel_name='Elm', ${STAY}, room_count='1', adult_count=2`, 'CORRECT'],
    [`hotel_name='Oak', ${STAY}, room_count='1', adult_count='2'`, 'HAS_EXCEPTION'],
    [`hotel_name='Elm', ${STAY}, room_count='1', adult_count='3'`, 'HAS_EXCEPTION'],
    [`hotel_name='Elm', ${STAY}, room_count='2', adult_count='3'`, 'INPUT_MISMATCH'],
    [`hotel_name='Elm', ${STAY}, room_count='one', adult_count='2'`, 'UNCAUGHT'],
    [`hotel_name='Elm', ${STAY}, room_count='+1', adult_count='2'`, 'UNCAUGHT'],
    [`hotel_name='Elm', ${STAY}, room_count='²', adult_count='2'`, 'UNCAUGHT'],
    [`hotel_name='Elm', ${STAY}, room_count='${'9'.repeat(400)}', adult_count='2'`, 'INPUT_MISMATCH'],
  ],
  [
    'Calculator',
    { formula: '(2+3)*4' },
    20,
    ["formula='(2 + 3) * 4'", 'CORRECT'],
    ["formula='4*(2+3)'", 'INPUT_MISMATCH'],
    ["formula='((2+3))*4'", 'HAS_EXCEPTION'],
    ["formula='2/0'", 'HAS_EXCEPTION'],
    ["formula='*33'", 'HAS_EXCEPTION'],
    ["formula='2**3'", 'HAS_EXCEPTION'],
    ["formula='__import__(1)'", 'HAS_EXCEPTION'],
    ["formula='7'", 'HAS_EXCEPTION'],
  ],
  ['Calculator', { formula: '(1)(2)+3' }, 1, ["formula='(1)(2)+3'", 'CORRECT']],
  ['Calculator', { formula: '8-4/2-1*3' }, 3, ["formula='8-4/2-1*3'", 'CORRECT']],
  ['GetToday', null, '2023-03-31', ['', 'CORRECT'], ["day='1'", 'INVALID_INPUT_PARAMETER']],
  [
    'AppointmentRegistration',
    { patient_name: 'Al', date: '2023-05-06', doctor_name: 'Dr. B' },
    '12345678',
    ["patient_name=' Al ', date='2023-5-6', doctor_name='Dr. B'", 'CORRECT'],
    ["patient_name='Al', date='2023-05-07', doctor_name='Dr. B'", 'OUTPUT_MISMATCH'],
    ["patient_name='Cy', date='2023-05-05', doctor_name='Dr. B'", 'HAS_EXCEPTION'],
    ["patient_name='Al', date='May 6', doctor_name='Dr. B'", 'HAS_EXCEPTION'],
  ],
  [
    'ModifyRegistration',
    { appointment_id: '55', new_appointment_date: '2023-05-09', new_appointment_doctor: null },
    'success',
    ["appointment_id='55', new_appointment_date='2023-5-9'", 'CORRECT'],
    ["appointment_id='55', new_appointment_date='2023-05-05'", 'HAS_EXCEPTION'],
    ["appointment_id='55'", 'HAS_EXCEPTION'],
    ["appointment_id='55', new_appointment_doctor='Dr. Z'", 'INPUT_MISMATCH'],
  ],
  [
    'QueryRegistration',
    { patient_name: 'Cy', date: '2023-05-05' },
    { '55': { patient_name: 'Cy', date: '2023-05-05', doctor_name: 'Dr. B' } },
    ["patient_name='Cy', date='2023-5-5'", 'CORRECT'],
    ["patient_name='Cy', date='2023-05-06'", 'HAS_EXCEPTION'],
  ],
  [
    'CancelRegistration',
    { appointment_id: '55' },
    'success',
    ["appointment_id=' 55 '", 'CORRECT'],
    ["appointment_id='56'", 'HAS_EXCEPTION'],
  ],
  [
    'RecordHealthData',
    { user_id: 'u1', time: '2023-05-05 08:00:00', health_data: [{ name: 'pulse', value: '70' }] },
    'success',
    ["user_id='u1', time='2023-05-05 08:00:00', health_data=[{'name': 'pulse', 'value': '70'}]", 'HAS_EXCEPTION'],
    ["user_id='u1', time='2023-05-05 08:00:00'", 'HAS_EXCEPTION'],
  ],
  [
    'QueryHealthData',
    { user_id: 'u1', start_time: '2023-05-01 00:00:00', end_time: '2023-05-02 00:00:00' },
    [{ time: '2023-05-01 08:00:00', pulse: 66 }],
    ["user_id='U1', start_time='2023-5-1 0:0:0', end_time='2023-05-02 00:00:00'", 'CORRECT'],
    ["user_id='U1', start_time='2023-05-03 00:00:00', end_time='2023-05-02 00:00:00'", 'HAS_EXCEPTION'],
  ],
  [
    'SymptomSearch',
    { symptom: 'sneeze' },
    [{ name: 'Cold', description: 'A cold.' }],
    ["symptom=' Sneeze '", 'CORRECT'],
    ["symptom=' '", 'UNCAUGHT'],
  ],
  [
    'EmergencyKnowledge',
    { symptom: 'sneeze' },
    [{ name: 'Cold', aid: 'Rest.' }],
    ["symptom='SNEEZE'", 'CORRECT'],
    ["symptom='cut'", 'HAS_EXCEPTION'],
  ],
  [
    'QueryHistoryToday',
    { date: '05-04' },
    ['Title: A, Date: 1900-05-04, Description: B'],
    ["date='2023-5-4'", 'CORRECT'],
    ["date='5-4'", 'CORRECT'],
    ["date='02-29'", 'HAS_EXCEPTION'],
  ],
  [
    'QueryStock',
    { stock_code: 'ABC', date: '2023-05-01' },
    10,
    ["stock_code=' abc', date='2023-5-1'", 'CORRECT'],
    ["stock_code='ABC', date='2023-05-02'", 'HAS_EXCEPTION'],
  ],
  [
    'TimedSwitch',
    { name: 'lamp', time: '2023-05-01 08:00:00', on: true },
    'success',
    ["name='Lamp', time='2023-05-01 08:00:00', on=True", 'CORRECT'],
    ["name='lamp', time='2023-05-01 08:00:00', on='true'", 'INPUT_MISMATCH'],
  ],
  [
    'CancelTimedSwitch',
    { name: 'lamp', time: '2023-05-02 08:00:00' },
    'success',
    ["name='lamp', time='2023-05-02 08:00:00'", 'CORRECT'],
    ["device_id='1', time='2023-05-02 08:00:00'", 'INVALID_INPUT_PARAMETER'],
  ],
  [
    'AddScene',
    { name: 'dusk', devices: [] },
    'success',
    ["name='dusk', devices=[]", 'UNCAUGHT'],
    ["name='dusk'", 'MISS_INPUT_ARGUMENT'],
  ],
  [
    'QueryScene',
    { name: 'dawn' },
    [{ name: 'lamp', description: 'by the bed' }],
    ["name=' Dawn '", 'CORRECT'],
    ["name='noon'", 'HAS_EXCEPTION'],
  ],
  ['DeleteScene', { name: 'dawn' }, 'success', ["name='DAWN'", 'CORRECT'], ["name='noon'", 'HAS_EXCEPTION']],
  [
    'DocumentQA',
    { url: 'a.txt', question: 'Why?' },
    'The question is too difficult to answer.',
    ["url='a.txt', question='Why?'", 'CORRECT'],
    ["url='b.txt', question='Why?'", 'HAS_EXCEPTION'],
  ],
  [
    'ImageCaption',
    { url: 'a.png' },
    'a tree',
    ["url='a.png'", 'CORRECT'],
    ["url=' a.png'", 'INPUT_MISMATCH'],
    ["url='a.gif'", 'HAS_EXCEPTION'],
  ],
  ['SpeechRecognition', { url: 'a.wav' }, 'hello', ["url='a.wav'", 'CORRECT'], ["url='b.wav'", 'HAS_EXCEPTION']],
  [
    'PlayMusic',
    { music_name: 'Rain' },
    'music://rain',
    ["music_name=' RAIN '", 'CORRECT'],
    ["music_name='Sun'", 'OUTPUT_MISMATCH'],
  ],
  [
    'SendEmail',
    { receiver: 'a.b@c.org', subject: 'S', content: 'C' },
    'success',
    ["receiver='a.b@c.org', subject=' S', content='C '", 'CORRECT'],
    ["receiver='A.b@c.org', subject='S', content='C'", 'HAS_EXCEPTION'],
  ],
  [
    'Wiki',
    { keyword: 'oak tree' },
    { url: 'u', summary: 's' },
    ["keyword='Oak_Tree'", 'CORRECT'],
    ["keyword='elm'", 'HAS_EXCEPTION'],
  ],
  [
    'SearchEngine',
    { keyword: 'oak' },
    [
      { title: 'Elms', url: '2', abstract: 'Elm and oak.' },
      { title: 'Oaks', url: '1', abstract: 'Oak oak.' },
    ],
    ["keyword='OAK'", 'CORRECT'],
    ["keyword='birch'", 'OUTPUT_MISMATCH'],
  ],
  ['Dictionary', { keyword: 'oak' }, [{}], ["keyword='OAK '", 'CORRECT'], ["keyword='elm'", 'HAS_EXCEPTION']],
  [
    'Translate',
    { src: 'tree', tgt_lang: 'fr' },
    'arbre (fr)',
    ["src='tree', tgt_lang='French please'", 'CORRECT'],
    ["src='tree', tgt_lang='xx'", 'HAS_EXCEPTION'],
    ["src='tree'", 'OUTPUT_MISMATCH'],
    ["tgt_lang='fr'", 'MISS_INPUT_ARGUMENT'],
  ],
];

describe('judgeCall', () => {
  const rows = GROUPS.flatMap(([api, input, output, ...calls]) =>
    calls.map(([params, outcome]) => ({ call: `[${api}(${params})]`, api, input, output, outcome })),
  );
  it.each(rows)('$call is $outcome', ({ call, api, input, output, outcome }) => {
    const verdict = judge(call, api, { input, output });
    expect(verdict).toMatchObject({ outcome, correct: outcome === 'CORRECT' });
  });
  it('covers about a hundred calls', () => expect(rows.length).toBeGreaterThan(100));

  it.each([
    ['GetToday()', 'NO_API_CALL'],
    ['[getToday()]', 'API_NAME_MISMATCH'],
    ['[constructor()]', 'API_NAME_MISMATCH'],
    ["[GetToday()] and [Wiki(keyword='x')]", 'INVALID_INPUT_PARAMETER'],
    ['\0', 'NO_API_CALL'],
    [`[${'('.repeat(1_000_000)})]`, 'NO_API_CALL'],
    ["[GetToday(x='".repeat(100_000), 'NO_API_CALL'],
  ])('gives a verdict on hostile output', (output, outcome) => {
    expect(judge(output, 'GetToday', { input: null, output: '2023-03-31' }).outcome).toBe(outcome);
  });

  it('starts every call on untouched databases', () => {
    const call = "[DeleteAccount(token='tok-b')]";
    const once = () =>
      judge(call, 'DeleteAccount', { input: { token: 'tok-b' }, output: { status: 'success' } }).outcome;
    expect([once(), once()]).toEqual(['CORRECT', 'CORRECT']);
  });

  it('shares a spoiled target only on request', () => {
    const target = () =>
      asDict(
        parsePyJson(JSON.stringify({ input: { ...meeting, attendees: "['Al']" }, output: 'success', exception: null })),
      );
    const call = `[AddMeeting(${TOKEN}, meeting_topic='spring plan talk', ${MEETING})]`;
    const twice = (share_target: boolean) => {
      const shared = { api_name: 'AddMeeting', result: target() };
      return [0, 1].map(() => judgeCall(call, shared, { databases, services, share_target }).outcome);
    };
    expect(twice(false)).toEqual(['CORRECT', 'CORRECT']);
    expect(twice(true)).toEqual(['CORRECT', 'KEY_ERROR']);
  });

  it('returns the descriptor of the tool that a search finds, with that of GetUserToken where a token is needed', () => {
    const { response } = judge("[ToolSearcher(keywords='date')]", 'ToolSearcher', { input: {}, output: null });
    expect(toJson(dictGet(response!, 'output')!)).toEqual({
      name: 'GetToday',
      description: 'This API gets the current date.',
      input_parameters: {},
      output_parameters: { date: { type: 'str', description: 'The current date. Format: %Y-%m-%d' } },
    });
    expect(judge("[ToolSearcher(keywords='nothing')]", 'ToolSearcher', { input: {}, output: null }).outcome).toBe(
      'HAS_EXCEPTION',
    );
  });
});

describe('checkResponse', () => {
  const check = (api: string, response: object, target: object) =>
    checkResponse(api, asDict(parsePyJson(JSON.stringify(response))), asDict(parsePyJson(JSON.stringify(target))));
  const ok = { api_name: 'X', input: {}, output: 'success', exception: null };
  it.each([
    ['AddAgenda', { ...ok, api_name: 'Y' }, ok, 'RAISES:AssertionError'],
    ['AddAgenda', { ...ok, input: {} }, ok, 'RAISES:KeyError'],
    ['DeleteMeeting', ok, ok, 'RAISES:KeyError'],
    ['SearchEngine', { ...ok, output: null }, { ...ok, output: null }, 'RAISES:UnboundLocalError'],
    ['SearchEngine', { ...ok, output: ['a'] }, { ...ok, output: [] }, 'RAISES:TypeError'],
    ['SymptomSearch', { ...ok, input: { symptom: '' } }, { ...ok, input: { symptom: '' } }, 'RAISES:Exception'],
    ['EmergencyKnowledge', { ...ok, input: { symptom: '' } }, ok, 'RAISES:AttributeError'],
    [
      'QueryStock',
      { ...ok, input: { stock_code: 'A', date: 'x' } },
      { ...ok, input: { stock_code: 'A', date: 'x' } },
      'FALSE',
    ],
    ['PlayMusic', { output: 'success' }, ok, 'TRUE'],
    ['Dictionary', { ...ok, api_name: 'Dictionary' }, ok, 'TRUE'],
    ['GetToday', { input: null, output: 'x', exception: null }, ok, 'TRUE'],
    ['RegisterUser', { ...ok, output: 'x' }, { ...ok, output: null }, 'FALSE'],
    [
      'AddScene',
      { ...ok, input: { name: 'A', devices: [{ name: ' B', description: 'c ' }] } },
      { ...ok, input: { name: 'a', devices: [{ name: 'b', description: 'c' }] } },
      'TRUE',
    ],
  ] as const)('of %s', (api, response, target, outcome) => {
    expect(check(api, response, target)).toBe(outcome);
  });
});
