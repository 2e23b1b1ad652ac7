//! Files that are broken as a whole, and lines that are.

use gridfolio_meterfile::{Error, OnBad};

use crate::{check, open, options, options_of, refusal, rows, said};

const GOOD: &str = "time,power\n2022-01-01T00:00Z,1\n2022-01-01T00:15Z,2\n";

#[test]
fn other_writings_of_the_same_file_read_the_same() {
    let expected = rows(GOOD, &options());
    let bom = format!("\u{feff}{GOOD}");
    let crlf = GOOD.replace('\n', "\r\n");
    let quoted = "\"time\",\"power\"\n\"2022-01-01T00:00Z\",\"1\"\n\"2022-01-01T00:15Z\",2.00\n";
    let open_end = GOOD.trim_end();
    for content in [bom.as_str(), &crlf, quoted, open_end, &GOOD.replace(',', ";"), &GOOD.replace(',', "\t")]
    {
        assert_eq!(rows(content, &options_of("time", &["power=watts"])), expected, "{content:?}");
    }
    let blanks = "\n\ntime,power\n\n2022-01-01T00:00Z,1\n   \n,\n2022-01-01T00:15Z,2\n\n";
    assert_eq!(said(&rows(blanks, &options())), said(&expected));
    assert_eq!(check(blanks, &options()).lines, 2);
}

#[test]
fn files_that_are_none() {
    let one = options();
    assert_eq!(refusal("", &one), "the file is empty");
    assert_eq!(refusal("\n\n", &one), "the file is empty");
    assert_eq!(refusal("time,power\n\n", &one), "the file has a header and no data lines");
    assert!(refusal(b"\xff\xfet\0i\0", &one).contains("UTF-16"));
    assert!(refusal("time\n2022\n", &one).contains("one column only"));
    assert!(refusal("time,\"power\n1,2\n", &one).contains("line 1, the header: a quoted cell does not end"));
    assert!(refusal(b"time,\xb0C\n1,2\n", &one).contains("line 1, the header: byte 6 is not UTF-8"));
    assert!(refusal("2022-01-01T00:00Z,1\n2022-01-01T00:15Z,2\n", &one).contains("needs a header line"));
}

#[test]
fn columns_that_are_not_there() {
    let refused = |time: &str, map: &[&str]| refusal(GOOD, &options_of(time, map));
    assert_eq!(
        refused("measured_on", &["power=watts"]),
        "column \"measured_on\" is not in the header; its columns are \"time\", \"power\""
    );
    assert!(refused("#3", &["power=watts"]).contains("column \"#3\" is not in the header"));
    assert!(refused("time", &["Power=watts"]).contains("column \"Power\" is not in the header"));
    assert!(refused("time", &["time=watts"]).contains("column \"time\" is the time"));
    assert!(refused("time", &["power=watts", "#2=watts"]).contains("watts is mapped from two columns"));
    assert!(refused("time", &[]).contains("map at least one column"));
    assert!(refusal("t,p,p\n2022-01-01,1,2\n", &options_of("t", &["p=watts"])).contains("#2 or #3"));
}

/// One line broken in each way, between two good ones.
const BROKEN: &[(&str, &str)] = &[
    ("2022-01-01T00:01Z", "the line has 1 columns, the header 2"),
    ("2022-01-01T00:01Z,1,2", "the line has 3 columns, the header 2"),
    ("2022-01-01T00:01Z,abc", "column \"power\": \"abc\" is not a decimal number"),
    ("2022-01-01T00:01Z,inf", "column \"power\": \"inf\" is not a decimal number"),
    (
        "2022-01-01T00:01Z,\"1,5\"",
        "column \"power\": \"1,5\" is not a decimal number: write decimals with a point",
    ),
    ("2022-01-01T00:01Z,1e99", "column \"power\": \"1e99\" is out of range"),
    ("2022-01-01T00:01Z,\"1", "a quoted cell does not end on its line"),
    (",1", "column \"time\": the time is missing"),
    ("yesterday,1", "column \"time\": \"yesterday\" does not fit the time format iso"),
    ("2022-01-01T00:01Z,\0", "the line holds a NUL character"),
];

#[test]
fn a_bad_line_names_itself_and_its_rule() {
    let mut content = String::from("time,power\n");
    for (line, _) in BROKEN {
        content.extend(["2022-01-01T00:00Z,1\n", line, "\n"]);
    }
    let summary = check(&content, &options());
    assert_eq!(summary.bad.count, BROKEN.len() as u64);
    for (index, (line, rule)) in BROKEN.iter().enumerate() {
        let message = summary.bad.first[index].to_string();
        let number = index * 2 + 3;
        assert!(message.starts_with(&format!("line {number}")), "{line:?}: {message}");
        assert!(message.contains(rule), "{line:?}: {message}");
    }
}

#[test]
fn bytes_that_are_no_text_and_endless_lines_cost_one_line() {
    let mut content = b"time,power\n2022-01-01T00:00Z,1\n2022-01-01T00:01Z,\xff\n".to_vec();
    content.extend(b"2022-01-01T00:02Z,".iter().chain(&vec![b'7'; 200_000]));
    content.extend(b"\n2022-01-01T00:15Z,2\n");
    let summary = check(&content, &options());
    let messages: Vec<String> = summary.bad.first.iter().map(ToString::to_string).collect();
    assert_eq!(
        messages,
        ["line 3: byte 19 is not UTF-8 text", "line 4: the line is longer than 65536 bytes"]
    );
    assert_eq!(summary.datums, 2);
}

#[test]
fn the_first_twenty_are_named_and_all_are_counted() {
    let content = format!("time,power\n2022-01-01T00:00Z,1\n{}", "2022-01-01T00:00Z,x\n".repeat(50));
    let summary = check(content, &options());
    assert_eq!((summary.bad.count, summary.bad.first.len()), (50, 20));
    assert_eq!(summary.bad.first[19].line, 22);
}

#[test]
fn a_broken_file_is_not_read_unless_bad_lines_are_skipped() {
    let content = format!("{GOOD}2022-01-01T00:30Z,x \"y\"\n2022-01-01T00:45Z\n2022-01-01T01:00Z,3\n");
    let mut file = open(&content, &options()).unwrap();
    let summary = file.check(&mut |_| {}).unwrap();
    assert!(matches!(file.batches(&summary, OnBad::Refuse), Err(Error::BadLines(2))));
    let mut rejected = Vec::new();
    let mut batches = file.batches(&summary, OnBad::SkipInto(&mut rejected)).unwrap();
    let batch = batches.next_batch(5000).unwrap().unwrap();
    assert_eq!((batch.rows.len(), batch.through_line, batch.through_byte), (3, 6, content.len() as u64));
    assert!(batches.next_batch(5000).unwrap().is_none());
    assert_eq!(batches.rejected(), 2);
    assert_eq!(
        String::from_utf8(rejected).unwrap(),
        "time,power,rejected_line,rejected_reason\n\
         2022-01-01T00:30Z,x \"y\",4,\"column \"\"power\"\": \"\"x \\\"\"y\\\"\"\"\" is not a decimal number\"\n\
         2022-01-01T00:45Z,5,\"the line has 1 columns, the header 2\"\n"
    );
}

#[test]
fn corrected_rejects_go_in_with_the_same_options() {
    let rejected =
        "time,power,rejected_line,rejected_reason\n2022-01-01T00:30Z,4,4,\"column \"\"power\"\": no\"\n";
    assert_eq!(said(&rows(rejected, &options())), ["2022-01-01T00:30:00Z 4"]);
}

#[test]
fn empty_cells_are_absent_and_empty_rows_are_counted() {
    let content = "time,a,b\n2022-01-01T00:00Z,,1\n2022-01-01T00:15Z,NaN,\n2022-01-01T00:30Z,2,nan\n";
    let options = options_of("time", &["a=watts", "b=temp"]);
    assert_eq!(said(&rows(content, &options)), ["2022-01-01T00:00:00Z - 1", "2022-01-01T00:30:00Z 2 -"]);
    let summary = check(content, &options);
    assert_eq!((summary.lines, summary.datums, summary.without_values), (3, 2, 1));
    assert_eq!(summary.properties[0].values, 1);
}

#[test]
fn progress_ends_at_the_last_byte() {
    let content = format!("time,power\n{}", "2022-01-01T00:00Z,1\n".repeat(5000));
    let mut heard = Vec::new();
    open(&content, &options()).unwrap().check(&mut |bytes| heard.push(bytes)).unwrap();
    assert!(heard.is_sorted() && heard.len() > 4);
    assert_eq!(heard.last(), Some(&(content.len() as u64)));
}
