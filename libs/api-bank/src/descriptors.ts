/** `{type, description}` of one parameter, as the tool manager and the prompts show it. */
export type Parameter = { type: string; description: string };

/** What the benchmark tells a model about an API; the texts are the official ones, since models are prompted with them. */
export type Descriptor = {
  name: string;
  description: string;
  input_parameters: Readonly<Record<string, Parameter>>;
  output_parameters: Readonly<Record<string, Parameter>>;
};

const of =
  (type: string) =>
  (description: string): Parameter => ({ type, description });
const str = of('str');
const int = of('int');
const list = of('list');
const json = of('json');
const float = of('float');

const user_token = str("User's token.");
const the_token = str('The token of the user.');
const status = { status: str('success or failed') };
const keyword = { keyword: str('The keyword to search.') };
const symptom = { symptom: str('The symptom to search.') };
const alarm_time = str('The time for alarm. Format: %Y-%m-%d %H:%M:%S');
const agenda = (time: string, location: string) => ({
  token: user_token,
  content: str('The content of the agenda.'),
  time: str(`${time} for agenda. Format: %Y-%m-%d %H:%M:%S`),
  location: str(`${location} of the agenda.`),
});
const conference = {
  token: user_token,
  content: str('The content of the conference.'),
  time: str('The time for conference. Format: %Y-%m-%d %H:%M:%S'),
};
const meeting = {
  token: user_token,
  meeting_topic: str('The title of the meeting, no more than 50 characters.'),
  start_time: str('The start time of the meeting, in the pattern of %Y-%m-%d %H:%M:%S'),
  end_time: str('The end time of the meeting, in the pattern of %Y-%m-%d %H:%M:%S'),
  location: str('The location where the meeting to be held, no more than 100 characters.'),
  attendees: of('list(str)')('The attendees of the meeting, including names, positions and other information.'),
};
/** Official texts in the order of the official file names. */
const TABLE: readonly (readonly [
  name: string,
  description: string,
  input_parameters: Readonly<Record<string, Parameter>>,
  output_parameters: Readonly<Record<string, Parameter>>,
])[] = [
  [
    'AddAgenda',
    'The API for adding a agenda item includes content, time and location.',
    agenda('The time', 'The location'),
    status,
  ],
  [
    'AddAlarm',
    'The API for setting an alarm includes a parameter for the alarm time.',
    { token: user_token, time: alarm_time },
    status,
  ],
  [
    'AddMeeting',
    'This API allows users to make a reservation for a meeting and store the meeting information (e.g., topic, time, location, attendees) in the database.',
    meeting,
    status,
  ],
  ['AddReminder', 'The API for adding a reminder item includes content and time.', conference, status],
  [
    'AddScene',
    'This API adds a scene of smart home system, given the scene name and a list of smart devices',
    {
      name: str('The name of the scene.'),
      devices: list(
        'The list of smart devices, containing the name and description. Format be like [{"name": "light", "description": "Smart light in the kitchen"}, {"name": "oven", "description": "Smart oven in the kitchen"}, {"name": "range hood", "description": "Smart range hood in the kitchen"}]',
      ),
    },
    { status: str('Whether succeed.') },
  ],
  [
    'AppointmentRegistration',
    'This API registers an appointment of hospital.',
    {
      patient_name: str('The name of patient.'),
      date: str('The date of appointment. Format be like %Y-%m-%d'),
      doctor_name: str('The name of appointed doctor.'),
    },
    { appointment_id: str('The ID of appointment.') },
  ],
  [
    'BookHotel',
    'This API orders a hotel room. Two rooms are ordered if the number of adults is greater than 2. Only one order can be made at same time.',
    {
      hotel_name: str('The name of the hotel.'),
      check_in_time: str('The time to check in. Format: %Y-%m-%d'),
      check_out_time: str('The time to check out. Format: %Y-%m-%d'),
      room_count: int('The number of rooms to order.'),
      adult_count: int('The number of adults.'),
      child_count: int('The number of children.'),
    },
    { order_id: str('The ID of the order.') },
  ],
  [
    'Calculator',
    'This API provides basic arithmetic operations: addition, subtraction, multiplication, and division.',
    {
      formula: str(
        "The formula that needs to be calculated. Only integers are supported. Valid operators are +, -, *, /, and (, ). For example, '(1 + 2) * 3'.",
      ),
    },
    { result: float('The result of the formula.') },
  ],
  [
    'CancelRegistration',
    'This API cancels the registration of a patient given appointment ID.',
    { appointment_id: str('The ID of appointment.') },
    { status: str('The status of cancellation.') },
  ],
  [
    'CancelTimedSwitch',
    'Cancels a timed switch for a smart device.',
    {
      name: str('The name of the smart device.'),
      time: str('The time to switch the device on or off. Format: %Y-%m-%d %H:%M:%S'),
    },
    { status: str('Whether the time switch is successful.') },
  ],
  ['CheckToken', 'Check the user token.', { token: the_token }, { username: str('The username of the user.') }],
  ['DeleteAccount', 'Delete an account.', { token: the_token }, status],
  [
    'DeleteAgenda',
    'The API for deleting a schedule item includes parameters for token, content, time, and location.',
    agenda('The time', 'The location'),
    status,
  ],
  [
    'DeleteAlarm',
    'The API for removing an alarm includes a parameter for the time.',
    { token: user_token, time: alarm_time },
    status,
  ],
  [
    'DeleteMeeting',
    'This API allows users to delete a reservation for a meeting and remove the meeting information in the database.',
    meeting,
    status,
  ],
  ['DeleteReminder', 'The API for deleting a reminder item includes content and time.', conference, status],
  [
    'DeleteScene',
    'This API deletes a scene by its name.',
    { name: str('The name of the scene.') },
    { status: str('Whether the deletion is successful.') },
  ],
  [
    'Dictionary',
    'This API searches the dictionary for a given keyword.',
    keyword,
    {
      results: list(
        'The list of results. Format be like [{"partOfSpeech": "xxx", "definitions": [{"definition": "xxx", "example": "xxx", "synonyms": ["xxx", "xxx"]}, ...]',
      ),
    },
  ],
  [
    'DocumentQA',
    'This API answers the question from a given document url.',
    {
      url: str('The url to download the document. It should end with .txt.'),
      question: str('The question to be answered.'),
    },
    { answer: str('The answer to the question.') },
  ],
  [
    'EmergencyKnowledge',
    'This API searches for a given symptom for emergency knowledge.',
    symptom,
    {
      results: list(
        'The list of results. Format be like [{"name":possible disease name, "aid": first-aid method},...]',
      ),
    },
  ],
  [
    'ForgotPassword',
    "Sends an email to the user with a link to reset the password. Need call twice, first with 'Forgot Password' status to get the verification code, then call again with 'Verification Code' status to change the password. Must pass the name of the parameters when calling the API, like ForgotPassword(status='Forgot Password', username='username').",
    {
      status: str(
        "'Forgot Password' for first call, after get the verification code, call again with 'Verification Code' to change the password.",
      ),
      username: str('The username of the user. Only needed for the first call.'),
      email: str('The email of the user. Only needed for the first call.'),
      verification_code: int('The verification code sent to the user. Only needed for the second call.'),
      new_password: str('The new password of the user. Only needed for the second call.'),
    },
    status,
  ],
  ['GetToday', 'This API gets the current date.', {}, { date: str('The current date. Format: %Y-%m-%d') }],
  [
    'GetUserToken',
    'Get the user token by username and password.',
    { username: str('The username of the user.'), password: str('The password of the user.') },
    { token: the_token },
  ],
  [
    'ImageCaption',
    'This API generates a caption for a given image.',
    { url: str('The url to download the image. It should end with .jpg, .jpeg or .png.') },
    { caption: str('The generated caption.') },
  ],
  [
    'ModifyAgenda',
    'The API for modifying a schedule item includes parameters for content, time, and location.',
    agenda('The new time', 'The new location'),
    status,
  ],
  [
    'ModifyAlarm',
    'The API for modifying an alarm includes a parameter for the from_time to to_time.',
    {
      token: user_token,
      from_time: str('The time for alarm which changed from. Format: %Y-%m-%d %H:%M:%S'),
      to_time: str('The time for alarm which changed to. Format: %Y-%m-%d %H:%M:%S'),
    },
    status,
  ],
  ['ModifyMeeting', 'This API allows users to modify a reservation for a meeting', meeting, status],
  [
    'ModifyPassword',
    'The API for modifying the password of the account.',
    {
      token: the_token,
      old_password: str('The old password of the user.'),
      new_password: str('The new password of the user.'),
    },
    status,
  ],
  [
    'ModifyRegistration',
    'This API modifies the registration of a patient given appointment ID.',
    {
      appointment_id: str('The ID of appointment.'),
      new_appointment_date: str('The new appointment date. Format: %Y-%m-%d.'),
      new_appointment_doctor: str('The new appointment doctor.'),
    },
    { status: str('The status of modification.') },
  ],
  ['ModifyReminder', 'The API for deleting a reminder item includes content and time.', conference, status],
  [
    'ModifyScene',
    'This API modifies a scene of smart home system, given the scene name and a list of smart devices',
    {
      name: str('The name of the scene.'),
      devices: list('The list of smart devices, containing the name and description.'),
    },
    { status: str('Whether the modification is successful.') },
  ],
  [
    'OpenBankAccount',
    'This is an API for opening a bank account for a user, given the account, password and name.',
    {
      account: str('The account for the user.'),
      password: str('The password.'),
      name: str('account holder name.'),
    },
    status,
  ],
  [
    'PlayMusic',
    'This API triggers a music player to play music.',
    { music_name: str('The name of the music to play.') },
    { status: str('The corresponding url scheme to trigger the music player.') },
  ],
  [
    'QueryAgenda',
    'The API for getting a schedule item includes parameters for token, content, time, and location.',
    agenda('The time', 'The location'),
    { info: json('agenda info including username and time') },
  ],
  [
    'QueryAlarm',
    'The API for querying alarm clock, help user to check the alarm clock they have set.',
    { token: user_token, time: alarm_time },
    { info: json('alarm info including username, time, content and location') },
  ],
  [
    'QueryBalance',
    'This API queries the balance of a given user.',
    { token: the_token },
    { balance: float('The balance of the user.') },
  ],
  [
    'QueryHealthData',
    'This API queries the recorded health data in database of a given user and time span.',
    {
      user_id: str('The user id of the given user. Cases are ignored.'),
      start_time: str('The start time of the time span. Format: %Y-%m-%d %H:%M:%S'),
      end_time: str('The end time of the time span. Format: %Y-%m-%d %H:%M:%S'),
    },
    { health_data: list('The health data of the given user and time span.') },
  ],
  [
    'QueryHistoryToday',
    'This API queries the history of the given date.',
    { date: str('The date of the history. Format: %m-%d') },
    { history: list('The history of the user today.') },
  ],
  [
    'QueryMeeting',
    'This API allows users to query the information of a meeting.',
    meeting,
    { meeting_info: json('meeting info') },
  ],
  [
    'QueryRegistration',
    'This API queries the registration of a patient, given patient ID.',
    {
      patient_name: str('The name of patient.'),
      date: str('The date of appointment. Format be like %Y-%m-%d'),
    },
    {
      appointments: list(
        'The dict where from appointment_id to a list like ["patient_name":xxx, "date":xxx, "doctor_name":xxx]',
      ),
    },
  ],
  [
    'QueryReminder',
    'The API for querying a reminder item includes content and time.',
    {
      token: user_token,
      content: str('The content of the reminder.'),
      time: str('The time for the reminder. Format: %Y-%m-%d %H:%M:%S'),
    },
    { reminder_info: json('remind info') },
  ],
  [
    'QueryScene',
    'This API queries a scene of smart home system, given the scene name',
    { name: str('The name of the scene.') },
    { devices: list('The list of smart devices, containing the name and description.') },
  ],
  [
    'QueryStock',
    'This API queries the stock price of a given stock code and date.',
    {
      stock_code: str('The stock code of the given stock.'),
      date: str('The date of the stock price. Format: %Y-%m-%d'),
    },
    { stock_price: float('The stock price of the given stock.') },
  ],
  [
    'RecordHealthData',
    'This API records the health data of a user.',
    {
      user_id: str('The ID of user.'),
      time: str('The time of health data. Format: %Y-%m-%d %H:%M:%S'),
      health_data: list(
        "The health data, with the format like [{'name': 'blood_pressure', 'value': '120/80'}, {'name': 'heart_rate', 'value': '80'}]",
      ),
    },
    { status: str('The status of recording.') },
  ],
  [
    'RegisterUser',
    'The API for registering a account, given the username, password and email.',
    {
      username: str('The username of the user.'),
      password: str('The password of the user.'),
      email: str('The email of the user.'),
    },
    { token: the_token },
  ],
  [
    'SearchEngine',
    'This API searches for a given keyword for search engine.',
    keyword,
    { results: list('The list of results.') },
  ],
  [
    'SendEmail',
    'This API for sending email, given the receiver, subject and content.',
    {
      receiver: str('The receiver address of the email.'),
      subject: str('The subject address of the email.'),
      content: str('The content of the email.'),
    },
    { status: str('The status of the email.') },
  ],
  [
    'SpeechRecognition',
    'This API recognizes the speech from a given audio url.',
    { url: str('The url to download the audio. It should end with .wav.') },
    { transcript: str('The transcript of the audio.') },
  ],
  [
    'SymptomSearch',
    'This API searches for a given symptom.',
    symptom,
    {
      results: list(
        'The list of results. Format be like [{"name":possible disease name, "description": disease details},...]',
      ),
    },
  ],
  [
    'TimedSwitch',
    'This API for setting a timed switch for a smart device.',
    {
      name: str('The name of the smart device.'),
      time: str('The time to switch the device on or off. Format: %Y-%m-%d %H:%M:%S'),
      on: of('bool')('Whether to switch the device on or off.'),
    },
    { status: str('Whether the time switch is successful.') },
  ],
  [
    'ToolSearcher',
    'Searches for relevant tools in library based on the keywords.',
    { keywords: str('The keyword to search for.') },
    { best_matchs: of('Union[List[dict], dict]')('The best match tool(s).') },
  ],
  [
    'Translate',
    'Translate the text to the target language.',
    {
      src: str('The text to be translated.'),
      src_lang: str('[Optional] The source language to translate from. Default is auto.'),
      tgt_lang: str('[Optional] The target language to translate to. Default is english/en.'),
    },
    { translated_text: str('The translated text.') },
  ],
  [
    'Wiki',
    'This API for searching a keyword in Wikipedia.',
    keyword,
    {
      results: of('dict')('The list of results. Format be like {"url": "xxx", "summary": "xxx", "content": "xxx"}'),
    },
  ],
];

/** All 53 APIs by name. */
export const DESCRIPTORS: ReadonlyMap<string, Descriptor> = new Map(
  TABLE.map(([name, description, input_parameters, output_parameters]) => [
    name,
    { name, description, input_parameters, output_parameters },
  ]),
);
