import type { Api } from './api.ts';
import { ACCOUNT_APIS } from './apis/accounts.ts';
import { CALENDAR_APIS } from './apis/calendar.ts';
import { EVERYDAY_APIS } from './apis/everyday.ts';
import { HEALTH_APIS } from './apis/health.ts';
import { HOME_APIS } from './apis/home.ts';
import { HOTEL_APIS } from './apis/hotel.ts';
import { KNOWLEDGE_APIS } from './apis/knowledge.ts';

/** The 53 APIs of levels 1 and 2 by name. */
export const APIS: ReadonlyMap<string, Api> = new Map(
  [ACCOUNT_APIS, CALENDAR_APIS, EVERYDAY_APIS, HEALTH_APIS, HOME_APIS, HOTEL_APIS, KNOWLEDGE_APIS].flatMap((family) =>
    Object.entries(family),
  ),
);
