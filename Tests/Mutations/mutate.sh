#!/bin/bash
# Each mutation breaks one piece of safety code in a copy of the package; the tests named with it
# must then fail. `make mutate`; MUTATIONS="fsync-file lock" picks some.
set -eu -o pipefail
cd "$(dirname "$0")/../.."
copy=.build/mutate
mkdir -p "$copy"
names=() files=() filters=() olds=() news=()
mutation() { names+=("$1"); files+=("Sources/$2"); filters+=("$3"); olds+=("$4"); news+=("$5"); }

# A save without synchronizing its file; one without its folder; one that leaves its temporary file.
mutation fsync-file ContrastiveFiles/Writing/AtomicFile.swift PowerLossTests \
  'retryingInterrupts({ calls.synchronize(temporary.descriptor) }) == 0' \
  'temporary.descriptor >= 0'
mutation fsync-folder ContrastiveFiles/Writing/AtomicFile.swift PowerLossTests \
  'retryingInterrupts({ calls.synchronize(folder) }) == 0 || errno == EINVAL' \
  'folder >= 0'
mutation leftovers ContrastiveFiles/Writing/AtomicFile.swift AtomicFileTests \
  'unlink(temporary.path)' \
  '_ = temporary.path'
# Two writers in one folder.
mutation lock ContrastiveFiles/Writing/FolderLock.swift oneWriterAtATime \
  'LOCK_EX | LOCK_NB' \
  'LOCK_SH | LOCK_NB'
# Declared sizes that the file does not have; tensors that overlap; sizes beyond Int; a checksum.
mutation size ContrastiveFiles/Reading/ByteSource.swift BadFileTests \
  'bytes <= mostRemaining else' \
  'bytes >= 0 else'
mutation overlap ContrastiveFiles/Formats/SafetensorsHeader.swift BadFileTests \
  'guard offsets[0] == position else' \
  'guard offsets[0] >= 0 else'
mutation overflow ContrastiveTensors/Tensor.swift 'BadFileTests|TensorTests' \
  'let (product, overflow) = total.multipliedReportingOverflow(by: length)' \
  'let (product, overflow) = (total &* length, false)'
mutation checksum ContrastiveFiles/Formats/SafetensorsFile+Checksum.swift \
  SafetensorsFileTests \
  'kept != checksum else' \
  'kept.isEmpty else'
# Indices out of range; numbers that are none; the own entry among the negatives.
mutation bounds ContrastiveCore/Indices.swift 'BankStateTests|SampleBankTests|QueueBankTests' \
  '!(0..<bound ~= $0)' \
  '$0 < 0 && $0 >= bound'
mutation not-finite ContrastiveCore/Tiles/Operand.swift 'OperandTests|PoisonedInputTests' \
  'if let position = found.compactMap({ $0 }).first {' \
  'if let position = found.compactMap({ $0 }).first, position == .max {'
mutation mask ContrastiveCore/Tiles/Exclusion.swift ExclusionTests \
  'for row in tile.rows.clamped(to: tile.columns) {' \
  'for row in tile.rows.clamped(to: tile.columns).dropFirst() {'
# Pieces added in another order than their own, so that threads change bits.
mutation merge-order ContrastiveCore/Matrix+Sums.swift 'ProbeTests|MatrixRowsTests|LBFGS' \
  'for index in 0..<wave {
          for position' \
  'for index in (0..<wave).reversed() {
          for position'
# Two jobs in one team at once; a product that is wrong in one element.
mutation team ContrastiveCore/Team.swift TeamTests \
  '!isBusy.exchange(true, ordering: .acquiring)' \
  '!isBusy.load(ordering: .acquiring)'
mutation wrong-blas ContrastiveCore/Products/MatrixProduct+SelfCheck.swift WrongBLASTests \
  'guard found != expected else { continue }' \
  'guard found.isNaN else { continue }'

# Files keep their times, so that only what has changed is built again.
git ls-files -z --cached --others --exclude-standard --deduplicate |
  tar --create --null --ignore-failed-read --files-from=- 2>/dev/null |
  tar --extract --directory="$copy"
# What was mutated last is put back, as something new: its old time would say nothing has changed.
file=
restore() { [ -z "$file" ] || cp "$file" "$copy/$file"; }
trap restore EXIT

# In the copy's folder: the manifest looks where it is. What is printed stays in NAME.txt.
copied() { (cd "$copy" && "${@:2}" > "$1.txt" 2>&1); }
options=(-debug-info-format none)
build() { copied "$1" swift build "${options[@]}" --build-tests; }
run() { copied "$1" timeout -k 10 1200 swift test "${options[@]}" --skip-build --filter "$2"; }

wanted=${MUTATIONS:-${names[*]}}
all=
for index in "${!names[@]}"; do
  if [[ " $wanted " == *" ${names[$index]} "* ]]; then all+="${all:+|}${filters[$index]}"; fi
done
build none || { echo "The package does not compile; see $copy/none.txt" >&2; exit 1; }
run none "$all" || { echo "The tests fail without mutations, too; see $copy/none.txt" >&2; exit 1; }

survivors=0
for index in "${!names[@]}"; do
  name=${names[$index]} filter=${filters[$index]}
  [[ " $wanted " == *" $name "* ]] || continue
  restore
  file=${files[$index]}
  OLD=${olds[$index]} NEW=${news[$index]} perl -0pi -e \
    '$n = s/\Q$ENV{OLD}\E/$ENV{NEW}/; END { exit($n ? 0 : 1) }' "$copy/$file" ||
    { echo "$name: there is no such code in $file any more" >&2; exit 1; }
  build "$name" || { echo "$name: does not compile; see $copy/$name.txt" >&2; exit 1; }
  status=0
  run "$name" "$filter" || status=$?
  found=$(grep -c '✘ Test .* recorded an issue' "$copy/$name.txt" || true)
  case "$status:$found" in
    0:*)
      echo "$name: SURVIVED ($filter)"
      survivors=$((survivors + 1)) ;;
    124:* | 137:*) echo "$name: found, as the tests do not end" ;;
    *:0) echo "$name: found, as the tests are killed: $(grep -m 1 signal "$copy/$name.txt")" ;;
    *) echo "$name: found by $found issues" ;;
  esac
done
echo "$survivors of the mutations survived"
[ "$survivors" -eq 0 ]
