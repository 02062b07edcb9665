// The texts of the page in the reader's language, filled in as w2v/lessons/wording.py fills them.

const data = JSON.parse(byId("data").textContent);

// The final sounds of digits as they are read in Korean, 영 일 이 삼 사 오 육 칠 팔 구: 0 for none.
const DIGIT_FINALS = [21, 8, 0, 16, 0, 0, 1, 8, 8, 0];
const CLOSING = /[`'"”’」』》〉】\]]+$/; // what ends a word and is not read
const FINAL_RIEUL = 8; // ㄹ, after which 로 is said and not 으로

// The number of the consonant that a text ends in, 0 for none, null if nobody knows. What stands in
// parentheses behind a word is not read.
function finalSound(text) {
  const read = text.replace(CLOSING, "");
  const word = read.replace(/\s*\([^()]*\)$/, "") || read;
  const last = word.replace(/[`'"”’」』》〉】\])]+$/, "").normalize("NFC").slice(-1);
  if (last >= "가" && last <= "힣") return (last.charCodeAt(0) - "가".charCodeAt(0)) % 28;
  return /\d/.test(last) ? DIGIT_FINALS[Number(last)] : last === "%" ? 0 : null;
}

// A word and its particle: the first form after a consonant, the second after a vowel.
function korean(value, [afterConsonant, afterVowel]) {
  const final = finalSound(String(value));
  if (final === null) {
    return afterConsonant.endsWith(afterVowel)
      ? `${value}(${afterConsonant.slice(0, -afterVowel.length)})${afterVowel}`
      : `${value}${afterConsonant}(${afterVowel})`;
  }
  const isVowel = final === 0 || (final === FINAL_RIEUL && afterConsonant === "으로");
  return `${value}${isVowel ? afterVowel : afterConsonant}`;
}

const FORMS = { en: (value, [one, many]) => `${value} ${value === 1 ? one : many}`, ko: korean };

// A text with its values filled in: {word}, or {n:word|words} as its language has it.
function say(key, values = {}) {
  return data.texts[key].replace(/\{\{|\}\}|\{(\w+)(?::([^}]*))?\}/g, (found, name, forms) => {
    if (!name) return found[0];
    const form = FORMS[data.language] || ((value, [first]) => `${value}${first}`);
    return forms === undefined ? String(values[name]) : form(values[name], forms.split("|"));
  });
}

// The same as elements: a paragraph for each, with what is between backquotes as code.
function sayParagraphs(key, values) {
  return say(key, values).trim().split(/\n\s*\n/).map((part) => make("p", {}, ...coded(part)));
}

const HIDDEN_QUOTE = "\ue000"; // stands for a backquote that is part of a word

const quoted = (word) => `\`${word.replaceAll("`", HIDDEN_QUOTE)}\``;

function coded(text) {
  return text.split("`").map((part, i) => {
    const whole = part.replaceAll(HIDDEN_QUOTE, "`");
    return i % 2 ? make("code", {}, wordElement(whole)) : whole;
  });
}

const MINUS = "−";

const withMinus = (text) => text.replace(/-/g, MINUS);

// A number of a table or of a formula: four digits behind the point, and never 0 for what is not.
function shownNumber(value) {
  const size = Math.abs(value);
  if (value === 0 || Number.isInteger(value) && size < 1e6) return withMinus(String(value || 0));
  if (size < 5e-5 || size >= 1e5) return withMinus(value.toExponential(2));
  return withMinus(value.toFixed(size < 1000 ? 4 : 1));
}

const MOST_DIGITS = 12; // what differs later is the same

// Two numbers with so many digits that one is seen to differ from the other.
function shownApart(one, other) {
  let shown = [shownNumber(one), shownNumber(other)];
  for (let n = 5; n <= MOST_DIGITS && shown[0] === shown[1]; n += 1) {
    shown = [one, other].map((value) => withMinus(value.toPrecision(n)));
  }
  return shown;
}

// A number in a cell of the drawing, six letters wide at most.
function shortNumber(value) {
  const size = Math.abs(value);
  if (value === 0) return "0";
  if (size < 5e-4 || size >= 9999.5) return withMinus(value.toExponential(0).replace("e+", "e"));
  const digits = size < 9.9995 ? 3 : size < 99.995 ? 2 : size < 999.95 ? 1 : 0;
  return withMinus(String(Number(value.toFixed(digits)))); // without zeros at its end
}
