import ContrastiveReport
import Testing

@Suite struct PaletteTests {
  @Test func groupsAreToldApart() {
    let colors = (0..<200).map(Palette.color)
    #expect(Set(colors).count == 200)
    #expect(colors[0] == "#4e79a7" && colors[9] == "#7f8c96" && colors[10].hasPrefix("hsl("))
  }
}
