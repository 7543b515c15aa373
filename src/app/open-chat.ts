import { basename } from "node:path";
import { readDeliverable } from "../../projects/deliverables.ts";
import { openInputHistory } from "../../projects/input-history.ts";
import { sessionJournal, userStateDir } from "../../projects/layout.ts";
import { openProject, type Project } from "../../projects/open.ts";
import { newSessionId } from "../../projects/sessions.ts";
import type { ChatEvent } from "../core/chat/events.ts";
import type { ChatMode } from "../core/chat/mode.ts";
import { reduceChat } from "../core/chat/reduce.ts";
import { type ChatState, newChat } from "../core/chat/state.ts";
import { toFault } from "../core/fault.ts";
import type { ChatFrontEnd, StartInfo } from "../core/front-end.ts";
import { createLog } from "../core/log.ts";
import type { Tool } from "../core/tool.ts";
import { toolWithoutSecrets } from "../core/without-secrets.ts";
import { leadPrompt } from "../lead/prompts.ts";
import { openLead } from "../lead/session.ts";
import { launchRunTool } from "../lead/tools/launch-run.ts";
import { noteTool } from "../lead/tools/note.ts";
import { projectTools } from "../lead/tools/project.ts";
import { runTools } from "../lead/tools/runs.ts";
import { leadTools } from "../tools/lead-tools.ts";
import { userShell } from "../tools/user-shell.ts";
import { applyAtEnd } from "./apply-at-end.ts";
import { createChatImages } from "./chat-images.ts";
import { openChatJournal } from "./chat-journal.ts";
import { chatPage } from "./chat-page.ts";
import { sandboxNotice } from "./command-sandbox.ts";
import type { Environment } from "./config-directory.ts";
import { editText } from "./edit-text.ts";
import { createFileFinder } from "./find-files.ts";
import { readKeyBindings } from "./key-bindings.ts";
import { lastHere } from "./last-here.ts";
import { findSession, lockSession } from "./find-session.ts";
import { pastDeliverables } from "./past-deliverables.ts";
import { createFeed } from "./live-feed.ts";
import { nestingDepth } from "./nesting.ts";
import { readPreferences, writePreferences } from "./preferences.ts";
import { claim, claimIfNew, foreignBeside } from "./own-projects.ts";
import { createProjectMemory } from "./project-memory.ts";
import { createProjectRuns } from "./project-runs.ts";
import { readChat } from "./read-journal.ts";
import { leadBudget } from "./lead-budget.ts";
import { leadModel } from "./lead-model.ts";
import { openingEvents } from "./opening.ts";
import { leadCommands } from "./lead-commands.ts";
import { leadFiles, leadToolsOptions } from "./lead-files.ts";
import { createSessionCommands } from "./session-commands.ts";
import { type NextChat, otherSessions } from "./other-sessions.ts";
import { describePlace, directoryInstructions } from "./surroundings.ts";
import { startInfo } from "./start-info.ts";
import { findLocalTeam, findTeam, openLeadModel, secretsOf, type Team } from "./team.ts";
import { folderTrust, trustNotice } from "./trust.ts";

export type ChatOptions = {
  readonly cwd: string;
  readonly env: Environment;
  readonly version: string;
  readonly configRef?: string | undefined;
  readonly strict?: boolean | undefined;
  readonly dryRun: boolean;
  /** Name or folder. Default: named after the working directory. */
  readonly project?: string | undefined;
  /** Default: as the session was left, or as configured. */
  readonly mode?: ChatMode | undefined;
  /** "latest" of the project or directory, or an id. Default: a new session. */
  readonly resume?: string | undefined;
  /** Show the list of sessions at the start. */
  readonly pick?: boolean | undefined;
  /** The lead does not say where things stand: the user comes from another session of this program. */
  readonly quiet?: boolean | undefined;
  /** What all runs of the session may cost; default: as configured. */
  readonly maxCostUsd?: number | undefined;
  /** Said at once, as if the user had typed it. */
  readonly firstMessage?: string | undefined;
};

export type OpenChat = {
  readonly frontEnd: ChatFrontEnd;
  /** Resolves when the user has left, all is on disk and no run goes on; with the session to open instead, if one was picked. */
  readonly left: Promise<{ readonly next: NextChat | undefined }>;
};

/** Opens a chat, new or where it was left. Throws FaultError for what the user has to mend first; nothing is written by then. */
export async function openChat(options: ChatOptions): Promise<OpenChat> {
  const { cwd, env, dryRun } = options;
  const depth = nestingDepth(env);
  const [place, folder] = await Promise.all([describePlace(cwd, env), folderTrust(cwd, env)]);
  const trusted = folder.state === "trusted";
  let late: string | undefined;
  let team = await findTeam({ ...options, trusted });
  let model = await openLeadModel(team, dryRun, (image) => images.read(image));
  const found = options.resume === undefined ? undefined : await findSession({ ...options, wanted: options.resume });
  let project = found?.project ?? (await openProject(cwd, options.project ?? basename(cwd)));
  const session = found?.id ?? newSessionId();
  const isForeign = await foreignBeside(project, env);
  const [past, lock, history, keyBindings, preferences, instructions] = await Promise.all([
    found ? readChat(found.path).then(({ lines }) => lines) : [],
    found ? lockSession(found) : undefined,
    openInputHistory(userStateDir(env)),
    readKeyBindings(env),
    readPreferences(env),
    trusted ? directoryInstructions(cwd) : "",
  ]);

  const secrets = secretsOf(team);
  const log = createLog<ChatState, ChatEvent>({
    reduce: reduceChat,
    initial: newChat,
    past,
    now: Date.now,
    clean: secrets.value,
  });
  const journal = openChatJournal(project, session, lock);
  log.subscribe((record) => journal.append(record));
  const images = createChatImages({
    cwd,
    env,
    journal: () => sessionJournal(project.root, session),
    chat: log.get,
    backend: () => model.backend,
    say: (text, shown) => lead.send({ do: "say", text, images: shown }),
    fail: (fault) => log.apply({ type: "command_failed", fault }),
  });
  const info = createFeed<StartInfo>(head());
  // Tells of a run wait for the event that is being delivered.
  const tell = (event: ChatEvent): void => queueMicrotask(() => log.apply(event));
  const runs = createProjectRuns({
    project: () => project,
    isForeign: () => isForeign(project),
    config: () => ({ ...team.config, maxSessionCostUsd: options.maxCostUsd ?? team.config.maxSessionCostUsd }),
    roster: () => ({
      cwd,
      config: team.config,
      keys: team.keys,
      dryRun,
      depth,
      hasUser: true,
      origin: { config: team.file ?? null, dryRun },
      env,
      launch: { version: options.version, args: {}, debug: false },
      readImage: images.read,
    }),
    images: images.shown,
    spentUsd: () => {
      const { leadSpend, reports } = log.get();
      return reports.reduce((sum, { costUsd }) => sum + costUsd, leadSpend.costUsd);
    },
    earlier: () => log.get().reports.map(({ runId }) => runId),
    mode: () => log.get().mode,
    tell: (event) => log.apply(event),
  });
  const applied = applyAtEnd(log, runs);
  const memory = createProjectMemory({
    project: () => project,
    switchTo,
    runs,
    isForeign,
    onNew: (made) => claim([made], env),
  });
  const isKnown = found !== undefined || (options.project !== undefined && (await memory.overview()).contextMd !== "");
  const opening = openingEvents(log.get(), {
    config: team.config,
    mode: options.mode,
    started: found ? undefined : sessionStarted(),
    lastHere: found && lastHere(found.lastAt, Date.now()),
    greets: isKnown && options.quiet !== true,
  });
  opening.forEach(log.apply);

  const files = leadFiles(cwd, team.config.permissions);
  const commands = leadCommands({ cwd, config: team.config, mode: () => log.get().mode, depth });
  const shell = userShell(cwd, env);
  const clean = (tools: readonly Tool[]): readonly Tool[] => tools.map((tool) => toolWithoutSecrets(tool, secrets));
  const tools = clean([
    launchRunTool(runs),
    ...runTools(runs),
    ...projectTools(memory),
    ...leadTools(files, { ...leadToolsOptions(team.config, images.keep), commands }),
  ]);
  const lead = openLead({
    log,
    model: leadModel(() => model, journal.flush, secrets),
    system,
    tools,
    userTools: { tools: clean([shell.tool, noteTool(memory)]), stopShell: shell.stop },
    runs,
    now: Date.now,
    flush: journal.flush,
    budgetTokens: () => leadBudget(model, team.config.maxContextTokens),
  });
  for (const { runId } of log.get().runs) {
    void runs.takeUp(runId).catch((error: unknown) => tell({ type: "command_failed", fault: toFault(error) }));
  }
  // Not before the prompt is there: probing takes as long as drawing it.
  const probe = setTimeout(() => void lookAround(), 300);
  if (options.firstMessage !== undefined) images.say(options.firstMessage);

  const ofSession = createSessionCommands({ log, project: () => project, flush: journal.flush, cwd, env });
  let leave: (next: NextChat | undefined) => void = () => {};
  const left = new Promise<NextChat | undefined>((resolve) => {
    leave = resolve;
  }).then(async (next) => {
    clearTimeout(probe);
    await Promise.all([lead.close().then(commands.close), ofSession.idle()]);
    await runs.hold();
    await applied();
    await journal.close();
    info.close();
    return { next };
  });

  const frontEnd: ChatFrontEnd = {
    start: info.get(),
    chat: log,
    lead: lead.live,
    runs: runs.feed,
    info,
    saving: journal.health,
    send(command) {
      if (command.do === "export" || command.do === "rename") ofSession.send(command);
      else if (command.do === "say") images.say(command.text, command.images);
      else lead.send(command);
    },
    pastRuns: runs.list,
    runRecords: runs.records,
    filesBack: async (since) => (await import("./files-back.ts")).filesBack(project, since),
    page: async (name) => {
      const [text, { contextMd }] = await Promise.all([system(), memory.overview()]);
      const now = { chat: log.get(), project, team, model, tools, system: text, contextMd, instructions };
      return chatPage(name, { ...now, unsaved: journal.health.get(), cwd, env, version: options.version, dryRun });
    },
    deliverables: () => pastDeliverables(project),
    readDeliverable: async (name) => (await readDeliverable(project, name)).content,
    ...otherSessions({ cwd, session, project: () => project, mode: () => log.get().mode, ofSession, leave }),
    findFiles: createFileFinder(files, Date.now),
    attachImage: images.attach,
    editText: (text) => editText(text, env),
    keyBindings,
    preferences,
    prefer: (chosen) =>
      void writePreferences(chosen, env).catch((error: unknown) =>
        tell({ type: "command_failed", fault: toFault(error) }),
      ),
    history: history.lines,
    remember: (line) => history.append(secrets.text(line)),
    quit: () => leave(undefined),
  };
  return { frontEnd, left };

  function head(): StartInfo {
    return startInfo(team, {
      version: options.version,
      ...place,
      dryRun,
      notices: [trustNotice(folder), late],
      pick: options.pick ?? false,
      cameBack: found ? `project ${project.name} · last here ${lastHere(found.lastAt, Date.now())}` : undefined,
    });
  }

  async function system(): Promise<string> {
    return leadPrompt({
      project: await memory.overview(),
      directory: cwd,
      team: runs.team(),
      instructions,
      date: new Date().toISOString().slice(0, 10),
      mode: log.get().mode,
    });
  }

  function sessionStarted(): ChatEvent {
    const { backend, simulated } = model;
    const lead = { model: model.model, backend, simulated };
    return { type: "session_started", session, project: project.name, directory: cwd, lead };
  }

  async function switchTo(next: Project): Promise<void> {
    if (next.root === project.root) return;
    await claimIfNew(next, env);
    await journal.move(next);
    project = next;
    log.apply({ type: "project_opened", project: next.name, root: next.root });
    info.set(head());
  }

  async function lookAround(): Promise<void> {
    const local: Team | undefined = await findLocalTeam(team);
    if (local) {
      model = await openLeadModel(local, dryRun, images.read);
      team = local;
    }
    late = await sandboxNotice(team.config, cwd);
    if (local || late !== undefined) info.set(head());
  }
}
