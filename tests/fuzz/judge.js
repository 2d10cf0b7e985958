// Reads texts as JSON from stdin and prints, for each, what Twilio's calculator says: alphabet and parts.
const { SegmentedMessage } = require("sms-segments-calculator");

let input = "";
process.stdin.setEncoding("utf8");
process.stdin.on("data", (piece) => { input += piece; });
process.stdin.on("end", () => {
  const verdicts = JSON.parse(input).map((text) => {
    const message = new SegmentedMessage(text);
    return [message.encodingName, text ? message.segmentsCount : 0];
  });
  process.stdout.write(JSON.stringify(verdicts));
});
