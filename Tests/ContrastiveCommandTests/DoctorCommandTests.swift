import Testing
import _TestSupport

/// `contrastive doctor`, `--version`, `--help`.
@Suite struct DoctorCommandTests {
  @Test func findsTheEngineWell() throws {
    let run = try Command("doctor", "--json")
    #expect(run.status == 0)
    let report = try run.json()
    #expect((report["blas"] as? String)?.hasPrefix("OpenBLAS") == true)
    #expect(report["sgemmCheck"] as? String == "ok")
    #expect((report["availableRowKernels"] as? [String])?.contains("portable") == true)
  }

  @Test func helpsStrangers() throws {
    #expect(try Command("--version").output == "0.2.0\n")
    for command in [["--help"], ["train", "--help"], ["loss", "infonce", "--help"]] {
      let run = try Command(arguments: command)
      #expect(run.status == 0)
      #expect(run.output.contains("OVERVIEW"))
    }
    #expect(try Command("--generate-completion-script", "bash").status == 0)
  }
}
