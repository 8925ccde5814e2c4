import ContrastiveReport
import Testing

/// Numbers as they are written.
@Suite struct NumberTests {
  @Test func fixedDigits() {
    #expect(fixed(3.14159, 2) == "3.14" && fixed(3.14159, 0) == "3")
    #expect(fixed(0.05, 1) == "0.1" && fixed(2.004, 2) == "2.00" && fixed(1.01, 3) == "1.010")
    #expect(fixed(-1.5, 1) == "−1.5" && fixed(-0.04, 1) == "0.0")
    #expect(fixed(1e20, 2) == "1e+20" && fixed(.nan, 1) == "nan" && fixed(.infinity, 1) == "inf")
  }

  @Test func shortNumbers() {
    #expect(short(0) == "0.000" && short(1.23456) == "1.235" && short(-0.5) == "−0.500")
    #expect(short(0.001) == "0.001")
    #expect(short(2.5e-7) == "2.50e−7" && short(-1e300) == "−1.00e300")
    #expect(short(123_456) == "123456.000" && short(1_234_567) == "1.23e6")
  }

  @Test func percentages() {
    #expect(percent(0.1234) == "12.3\u{A0}%" && percent(1, digits: 2) == "100.00\u{A0}%")
  }

  @Test func durations() {
    #expect(duration(0) == "0.0 s" && duration(59.94) == "59.9 s")
    #expect(duration(59.97) == "1 min 0 s" && duration(61.4) == "1 min 1 s")
    #expect(duration(3599.4) == "59 min 59 s" && duration(3599.6) == "1 h 0 min")
    #expect(duration(90_000) == "25 h 0 min")
    #expect(duration(1e300) == "1e+300 s" && duration(-1) == "−1.0 s")
  }

  @Test func coordinates() {
    #expect(svg(12) == "12" && svg(12.34) == "12.3" && svg(-0.04) == "0")
    #expect(svg(.infinity) == "inf" && svg(1e300) == "1e+300")
  }
}
