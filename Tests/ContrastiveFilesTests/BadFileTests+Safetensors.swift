extension BadFileTests {
  static func entry(
    _ name: String, _ shape: String, _ offsets: String, dtype: String = "F32"
  ) -> String {
    #""\#(name)":{"dtype":"\#(dtype)","shape":\#(shape),"data_offsets":\#(offsets)}"#
  }

  static func header(_ entries: String...) -> String { "{\(entries.joined(separator: ","))}" }

  static let safetensors: [BadFile] = [
    BadFile(.safetensors, "has 0 bytes, fewer than 8", []),
    BadFile(.safetensors, "has 7 bytes, fewer than 8", [2, 0, 0, 0, 0, 0, 0]),
    BadFile(
      .safetensors, "has a header of 100000001 bytes, more than the 100000000 allowed",
      FileBytes.safetensors("{}", length: 100_000_001)),
    BadFile(
      .safetensors, "has a header of 18446744073709551615 bytes",
      FileBytes.safetensors("{}", length: -1)),
    BadFile(
      .safetensors, "is cut short: its header has 3 bytes, 2 follow",
      FileBytes.safetensors("{}", length: 3)),
    BadFile(.safetensors, "its header does not start with {", FileBytes.safetensors("")),
    BadFile(.safetensors, "has an unreadable header", FileBytes.safetensors("   ")),
    BadFile(.safetensors, "is an .npy file, expected a safetensors", FileBytes.npy(dictionary)),
    BadFile(.safetensors, "its header does not start with {", FileBytes.safetensors("[]")),
    BadFile(.safetensors, "unexpected character at byte 1", FileBytes.safetensors("{\0}\0")),
    BadFile(.safetensors, "has an unreadable header", FileBytes.safetensors("{")),
    BadFile(.safetensors, "has an unreadable header", FileBytes.safetensors("{}{}")),
    BadFile(.safetensors, "has an unreadable header", FileBytes.safetensors(#"{"a":}"#)),
    BadFile(.safetensors, "has an unreadable header", FileBytes.safetensors(#"{"a"#)),
    BadFile(.safetensors, "has an unreadable header", FileBytes.safetensors("{} \"")),
    BadFile(.safetensors, #""a""#, FileBytes.safetensors(#"{"a":1}"#)),
    BadFile(
      .safetensors, "unexpected character at byte 5", FileBytes.safetensors(#"{"a":#ull}"#)),
    BadFile(.safetensors, #""a""#, FileBytes.safetensors(#"{"a":null}"#)),
    BadFile(
      .safetensors, #""a": no field data_offsets"#,
      FileBytes.safetensors(#"{"a":{"dtype":"F32","shape":[]}}"#)),
    BadFile(
      .safetensors, "a name occurs twice",
      FileBytes.safetensors(
        #"{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4],"more":1,"more":2}}"#, data: 4)),
    BadFile(
      .safetensors, "a name occurs twice",
      FileBytes.safetensors(
        #"{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4],"more":{"x":1,"x":2}}}"#, data: 4)),
    BadFile(
      .safetensors, #""a" "dtype""#,
      FileBytes.safetensors(#"{"a":{"dtype":7,"shape":[],"data_offsets":[0,4]}}"#, data: 4)),
    BadFile(
      .safetensors, #""a" "shape""#,
      FileBytes.safetensors(#"{"a":{"dtype":"F32","shape":["1"],"data_offsets":[0,4]}}"#, data: 4)),
    BadFile(
      .safetensors, "unreadable header",
      FileBytes.safetensors(header(entry("a", "[9223372036854775808]", "[0,4]")), data: 4)),
    BadFile(
      .safetensors, "has a negative length",
      FileBytes.safetensors(header(entry("a", "[-1]", "[0,4]")), data: 4)),
    BadFile(
      .safetensors, "has an unreadable header",
      FileBytes.safetensors(header(entry("a", "[1.5]", "[0,4]")), data: 4)),
    BadFile(
      .safetensors, #"tensor "b" overlaps the tensor before"#,
      FileBytes.safetensors(
        header(entry("a", "[2]", "[0,4]", dtype: "F8"), entry("b", "[1]", "[2,6]")), data: 6)),
    BadFile(
      .safetensors, "not [begin, end] with begin ≤ end",
      FileBytes.safetensors(header(entry("a", "[1]", "[0]")), data: 4)),
    BadFile(
      .safetensors, "not [begin, end] with begin ≤ end",
      FileBytes.safetensors(header(entry("a", "[1]", "[0,4,8]")), data: 4)),
    BadFile(
      .safetensors, "not [begin, end] with begin ≤ end",
      FileBytes.safetensors(header(entry("a", "[1]", "[4,0]")), data: 4)),
    BadFile(
      .safetensors, "leaves a hole before it: it starts at byte 4, expected 0",
      FileBytes.safetensors(header(entry("a", "[1]", "[4,8]")), data: 8)),
    BadFile(
      .safetensors, #"tensor "b" leaves a hole before it: it starts at byte 8, expected 4"#,
      FileBytes.safetensors(
        header(entry("a", "[1]", "[0,4]"), entry("b", "[1]", "[8,12]")), data: 12)),
    BadFile(
      .safetensors, #"tensor "b" overlaps the tensor before: it starts at byte 0, expected 4"#,
      FileBytes.safetensors(header(entry("a", "[1]", "[0,4]"), entry("b", "[2]", "[0,8]")), data: 8)
    ),
    BadFile(
      .safetensors, "has 4 bytes, its shape F32 [2] needs 8 bytes",
      FileBytes.safetensors(header(entry("a", "[2]", "[0,4]")), data: 4)),
    BadFile(
      .safetensors, "needs more bytes than can be counted",
      FileBytes.safetensors(
        header(entry("a", "[9223372036854775807,9223372036854775807]", "[0,4]")), data: 4)),
    BadFile(
      .safetensors, "is cut short: its header needs 8 bytes, 4 follow the header",
      FileBytes.safetensors(header(entry("a", "[2]", "[0,8]")), data: 4)),
    BadFile(
      .safetensors, "has 4 bytes too many: its header needs 4 bytes, 8 follow the header",
      FileBytes.safetensors(header(entry("a", "[1]", "[0,4]")), data: 8)),
    BadFile(
      .safetensors, "is cut short: its header needs 17179869184 bytes",
      FileBytes.safetensors(header(entry("a", "[65536,65536]", "[0,17179869184]")))),
    BadFile(
      .safetensors, "a name occurs twice",
      FileBytes.safetensors(header(entry("a", "[1]", "[0,4]"), entry("a", "[1]", "[0,4]")), data: 4)
    ),
    BadFile(
      .safetensors, "a name occurs twice",
      FileBytes.safetensors(
        header(entry("a", "[1]", "[0,4]"), entry(#"\u0061"#, "[1]", "[4,8]")), data: 8)),
    BadFile(
      .safetensors, "a name occurs twice",
      FileBytes.safetensors(
        #"{"a":{"dtype":"F32","dtype":"F32","shape":[1],"data_offsets":[0,4]}}"#, data: 4)),
    BadFile(
      .safetensors, "a name occurs twice",
      FileBytes.safetensors(#"{"__metadata__":{"k":"1","k":"2"}}"#)),
    BadFile(
      .safetensors, "a name occurs twice",
      FileBytes.safetensors(#"{"__metadata__":{},"__metadata__":{}}"#)),
    BadFile(.safetensors, #""__metadata__""#, FileBytes.safetensors(#"{"__metadata__":{"k":1}}"#)),
    BadFile(.safetensors, #""__metadata__""#, FileBytes.safetensors(#"{"__metadata__":[]}"#)),
    BadFile(
      .safetensors, "nested deeper than 3 levels",
      FileBytes.safetensors(#"{"a":"# + String(repeating: "[", count: 1_000_000))),
    BadFile(
      .safetensors, "nested deeper than 3 levels",
      FileBytes.safetensors(
        String(repeating: #"{"a":"#, count: 100_000) + "1" + String(repeating: "}", count: 100_000))
    ),
    BadFile(
      .safetensors, "has a header of too many values",
      FileBytes.safetensors("{\"a\":[" + String(repeating: "0,", count: 2_000_001) + "0]}")),
    BadFile(
      .safetensors, "more than 64 axes",
      FileBytes.safetensors(
        header(entry("a", "[1" + String(repeating: ",1", count: 64) + "]", "[0,4]")), data: 4)),
    BadFile(
      .safetensors, "has 100001 names in its header, more than the 100000 allowed",
      FileBytes.safetensors(
        "{"
          + (0...100_000).map { entry("\($0)", "[0]", "[0,0]") }.joined(separator: ",") + "}")),
    BadFile(
      .safetensors, "unreadable header", FileBytes.safetensors("{\"\u{1}\":1}")),
    BadFile(
      .safetensors, "unreadable header", [5, 0, 0, 0, 0, 0, 0, 0, 0x7b, 0x22, 0xff, 0x22, 0x7d]),
  ]
}
