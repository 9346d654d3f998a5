// What ical.js reads of a calendar on the input: a list of [uid, start, end, summary].
import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";

const { default: ICAL } = await import(pathToFileURL(process.argv[2]));

function moment(time) {
  if (time.zone === ICAL.Timezone.localTimezone) throw new Error(`${time} has no zone`);
  return time.toJSDate().toISOString();
}

const calendar = new ICAL.Component(ICAL.parse(readFileSync(0, "utf8")));
const entries = calendar.getAllSubcomponents("vevent").map((component) => {
  const event = new ICAL.Event(component);
  return [event.uid, moment(event.startDate), moment(event.endDate), event.summary];
});
process.stdout.write(JSON.stringify(entries));
