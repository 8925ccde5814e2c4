import ContrastiveReport
import Testing

@Suite struct HTMLTests {
  @Test func textCannotBreakOut() throws {
    let evil = "</style><script>alert('x')</script>&\"\u{0}"
    let html = HTML.element("p", ["title": evil], text: evil)
    #expect(!html.markup.contains("<script") && !html.markup.contains("\u{0}"))
    #expect(html.markup.components(separatedBy: "<").count == 3)
    #expect(html.markup.contains("&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;&amp;&quot;"))
    // What comes out is what went in, but for the control character.
    let read = try Markup(html)
    #expect(read.text == evil.dropLast() + "\u{FFFD}" && read["title"] == read.text)
  }

  @Test func everyControlCharacterIsReplaced() {
    for value in (0..<0x20 as Range<UInt8>) + [0x7F] {
      let scalar = Unicode.Scalar(value)
      let isKept = [0x9, 0xA, 0xD].contains(value)
      #expect(HTML.text("a\(scalar)b").markup == (isKept ? "a\(scalar)b" : "a\u{FFFD}b"))
    }
  }

  @Test func otherTextStaysAsItIs() {
    let text = "naïve – 98\u{A0}% 日本語 👩‍🔬 e\u{301}"
    #expect(HTML.text(text).markup == text)
  }

  @Test func elementsNest() {
    #expect(HTML.element("br").markup == "<br>")
    #expect(HTML.element("p").markup == "<p></p>")
    let list = HTML.element(
      "ul", ["class": "a", "id": "b"], [.element("li", text: "1"), .element("li", text: "2")])
    #expect(list.markup == #"<ul class="a" id="b"><li>1</li><li>2</li></ul>"#)
    #expect(HTML.all([.text("a"), .empty, .text("&")]).markup == "a&amp;")
  }
}
