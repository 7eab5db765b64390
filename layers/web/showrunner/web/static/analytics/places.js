// Where people watch: at home or elsewhere, from which places, and what looks like a shared account.
import { colourOf } from "./draw.js";
import { element } from "./api.js";
import { count, plural, share, word } from "./formats.js";
import { bars, tiles } from "./lists.js";
import { picture } from "./panels.js";
import { donut } from "./pictures.js";

const NAMES = { true: "local", false: "remote" };
const personFilter = ({ person_id: id }) => (id ? ["people", id] : null);
const placeName = ({ city, country, country_code: code }) => [city, country ?? code].filter(Boolean).join(", ") || null;

function locations(body, { locations: all, countries, geoip_file: file, unplaced }) {
  const rows = all.map(({ is_local: isLocal, plays }) => ({ name: NAMES[isLocal] ?? null, value: plays })).filter(({ value }) => value > 0);
  const numbers = picture(body, donut(rows, "plays", "At home or elsewhere", { colours: colourOf }));
  if (file) {
    body.append(
      bars(
        countries.slice(0, 8).map(({ place, plays, people }) => ({
          name: placeName(place),
          about: plural(people, "person", "people"),
          value: plays,
          text: plural(plays, "play"),
          tone: "chart-1",
        })),
      ),
    );
    if (unplaced.plays > 0) body.append(element("p", `${plural(unplaced.plays, "play")} from addresses that no file places.`, "faint"));
  } else body.append(element("p", "Countries and cities appear once a GeoIP file is configured (SHOWRUNNER_GEOIP_FILE).", "faint"));
  return numbers;
}

function remote(body, { people }) {
  body.append(
    bars(
      people
        .filter(({ remote_share: part }) => part !== null)
        .map((one) => ({
          name: one.person,
          about: one.addresses ? plural(one.addresses, "address", "addresses") : "",
          value: one.remote_share,
          text: share(one.remote_share),
          tone: "chart-1",
          filter: personFilter(one),
        })),
      { most: 1 },
    ),
  );
  return {
    caption: "Elsewhere, by person",
    head: ["", "At home", "Elsewhere", "Unknown", "Addresses"],
    rows: people.map((one) => [
      word(one.person),
      ...["local_plays", "remote_plays", "unlocated_plays", "addresses"].map((name) => count(one[name])),
    ]),
  };
}

// Signs, never proof: the answer's own words say what else can be the reason.
function sharing(body, { signs, simultaneous, travels, people, note, geoip_file: file }) {
  body.append(
    tiles([
      { name: "At two addresses at once", text: count(simultaneous) },
      file && { name: "Faster than anybody travels", text: count(travels) },
    ]),
    element("p", note, "faint"),
  );
  const list = element("ul", "", "signs");
  for (const { person, wording, plays } of signs.slice(0, 5)) {
    const item = element("li");
    const time = plays[0] && new Date(plays[0].began_at).toLocaleString(undefined, { dateStyle: "medium", timeStyle: "short" });
    item.append(element("b", person ?? "somebody"), element("span", time ?? "", "faint"), element("p", wording));
    list.append(item);
  }
  body.append(
    list,
    bars(
      people
        .filter(({ addresses, devices }) => addresses + devices > 0)
        .slice(0, 8)
        .map((one) => ({
          name: one.person,
          about: `${plural(one.devices, "kind")} of device, ${plural(one.players, "player")}`,
          value: one.addresses,
          text: plural(one.addresses, "address", "addresses"),
          tone: "chart-5",
          filter: personFilter(one),
        })),
    ),
  );
  return {
    caption: "Signs of shared accounts",
    head: ["", "At once", "Travels", "Addresses", "Players"],
    rows: people.map((one) => [word(one.person), ...["simultaneous", "travels", "addresses", "players"].map((name) => count(one[name]))]),
  };
}

const locationsOf = (ask) => ask("people/locations", { limit: 10 });

export const PLACES = [
  {
    name: "locations",
    title: "At home or elsewhere",
    table: "locations",
    load: locationsOf,
    isEmpty: ({ totals }) => totals.plays === 0,
    show: locations,
  },
  {
    name: "remote",
    title: "Elsewhere, by person",
    table: "people",
    load: locationsOf,
    isEmpty: ({ people }) => people.every(({ remote_share: part }) => part === null),
    show: remote,
  },
  {
    name: "sharing",
    title: "Signs of shared accounts",
    table: "people",
    nothing: "Nothing looks like a shared account.",
    load: (ask) => ask("people/sharing", { limit: 10 }),
    isEmpty: ({ people }) => people.length === 0,
    show: sharing,
  },
];
