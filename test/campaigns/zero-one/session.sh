# What people and agents do with the command of version 0.1.0, besides what its README shows.
# DIRECT: the server, past whoever writes down what it is asked.
cat > agent.sh <<'AGENT'
#!/bin/sh
maestro whoami
maestro report progress 'I read the task'
case "$(cat "$1")" in
  *'that asks'*) maestro report needs-input 'Which colour?' ;;
  *'that is blocked'*) maestro report blocked 'No access' ;;
  *'that fails'*) maestro report error 'It broke' ;;
  *'that says nothing'*) ;;
  *'that crashes'*) exit 3 ;;
  *'in a queue'*)
    maestro queue top; maestro queue start; maestro queue complete; maestro queue start; maestro queue fail 'No'
    maestro queue list
    maestro report complete 'The queue is empty' ;;
  *) maestro report complete 'It is done' ;;
esac
AGENT
chmod +x agent.sh
maestro run --without-tmux --max 1 --agent "$PWD/agent.sh {promptFile}" > runner.log 2>&1 &
mkdir app && cd app
maestro project create --name app
task() { maestro task create --title "$1" --json | grep -o 'task_[0-9a-z_]*' | head -1; }
ended() { until [ "$(curl -s "$DIRECT/api/sessions" | grep -o '"status":"[a-z]*"' | grep -c 'completed\|failed\|stopped')" -ge "$1" ]; do sleep 0.2; done; }
n=0
for kind in 'that is done' 'that asks' 'that is blocked' 'that fails' 'that says nothing' 'that crashes'; do
  maestro session spawn --task-ids "$(task "Something $kind")" --session-name "$kind"
  n=$((n + 1)); ended $n
done
first=$(task 'One in a queue'); second=$(task 'Two in a queue')
maestro session spawn --strategy queue --task-ids "$first,$second"; ended 7
maestro session list; maestro task list
maestro task update "$first" --status completed --priority high
maestro task show "$first"
last=$(curl -s "$DIRECT/api/sessions" | grep -o 'sess_[0-9a-z_]*' | tail -1)
maestro session show "$last"
maestro template list; maestro skill list; maestro status
